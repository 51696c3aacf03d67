import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { projectDir } from '../../setup/machine.mjs';

/** Tests may run as root. Being another user would need a Node that this user can reach; so only the question is answered otherwise. */
const NOT_ROOT = ['--import', 'data:text/javascript,process.getuid=()=>1000'];
const AT_TERMINAL = ['--import', 'data:text/javascript,process.stdin.isTTY=true'];

/** What this machine can do about missing packages. */
export interface MachineOptions {
  apt?: 'works' | 'fails' | 'lies' | 'absent' | 'locked once';
  sudo?: 'silent' | 'asks' | 'admits' | 'absent';
  /** Who runs it: somebody who is not root, or (without it) whoever runs the tests. */
  asUser?: boolean;
  /** Let the setup believe that somebody sits at a terminal. */
  atTerminal?: boolean;
  /** Debian packages that are there from the beginning. */
  installed?: 'all' | 'none';
}

/** How a command ended. */
export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: string;
}

/**
 * A fresh machine in a temporary folder: a clone of the real `setup/`, and on `PATH` nothing but stand-ins for dpkg-query, apt-get,
 * sudo and npm that keep a diary. The "pinned Node" is the one that runs the tests; the program in `src/main.ts` is made up.
 */
export function makeMachine(t: ExecutionContext, options: MachineOptions = {}) {
  const { apt = 'works', sudo = 'absent', asUser = false, atTerminal = false, installed = 'none' } = options;
  const home = mkdtempSync(join(tmpdir(), 'boardfeed-machine-'));
  t.teardown(() => rmSync(home, { recursive: true }));
  const project = join(home, 'boardfeed');
  const bin = join(home, 'bin');
  const diary = join(home, 'diary');
  const dpkg = join(home, 'dpkg');
  for (const folder of [project, bin, dpkg, join(project, 'src'), join(project, 'native')]) mkdirSync(folder);
  cpSync(join(projectDir, 'setup'), join(project, 'setup'), { recursive: true });
  writeFileSync(join(project, 'package-lock.json'), '{"locked":1}');
  writeFileSync(join(project, 'native', 'binding.gyp'), '{}');
  writeFileSync(join(project, 'src', 'main.ts'), PROGRAM);
  writeFileSync(diary, '');
  writeFileSync(join(home, 'node-gyp.cjs'), NODE_GYP.replace('DIARY', diary));
  writeFileSync(join(home, 'esbuild.cjs'), ESBUILD.replace('DIARY', diary));

  const command = (name: string, lines: string[]) => {
    writeFileSync(join(bin, name), ['#!/bin/sh', ...lines, ''].join('\n'));
    chmodSync(join(bin, name), 0o755);
  };
  const note = (name: string) => `echo "${name} $*" >> ${diary}`;
  for (const tool of ['sh', 'env', 'true', 'mkdir', 'touch', 'rm', 'ln']) {
    symlinkSync(`/usr/bin/${tool}`, join(bin, tool));
  }
  symlinkSync(process.execPath, join(bin, 'node'));
  const arch = process.arch === 'x64' ? 'amd64' : 'arm64';
  command('dpkg-query', [
    `for name; do case $name in -*) ;; *) if [ ${installed} = all ] || [ -e ${dpkg}/$name ]; then`,
    `printf '%s\\t${arch}\\tinstalled\\t1.0\\n' $name; fi ;; esac; done`,
    'exit 1',
  ]);
  if (apt !== 'absent') {
    command('apt-get', [
      '[ "$1" = --version ] && exit 0',
      note('apt-get'),
      `if [ "$1" = update ] && [ '${apt}' = 'locked once' ] && [ ! -e ${dpkg}/.waited ]; then`,
      `touch ${dpkg}/.waited; echo 'E: Could not get lock /var/lib/apt/lists/lock.' >&2; exit 100; fi`,
      '[ "$1" = install ] || exit 0',
      '[ "$DEBIAN_FRONTEND" = noninteractive ] || exit 2',
      apt === 'fails' ? "echo 'E: no such luck' >&2; exit 100" : '',
      apt === 'lies' ? 'exit 0' : `for name; do case $name in -*) ;; *) touch ${dpkg}/$name ;; esac; done`,
    ]);
  }
  if (sudo !== 'absent') {
    command('sudo', [
      '[ "$1" = -V ] && exit 0',
      note('sudo'),
      // Without a terminal nobody can type a password; and not everybody who can is admitted.
      sudo === 'silent' ? '' : '[ "$1" = -n ] && exit 1',
      `[ "$1" = -v ] && exit ${sudo === 'asks' ? 1 : 0}`,
      '[ "$1" = -n ] && shift',
      'exec "$@"',
    ]);
  }
  command('npm', [
    note('npm'),
    '[ -e npm-fails ] && exit 1',
    'rm -rf node_modules',
    `mkdir -p node_modules/.bin node_modules/node-linux-${process.arch}/bin node_modules/node-gyp/bin node_modules/esbuild/bin node_modules/epoll`,
    'echo "{}" > node_modules/epoll/package.json',
    'echo "{}" > node_modules/.package-lock.json',
    `echo '{"version":"${process.versions.node}"}' > node_modules/node-linux-${process.arch}/package.json`,
    `ln -s ${process.execPath} node_modules/node-linux-${process.arch}/bin/node`,
    `ln -s ${home}/node-gyp.cjs node_modules/node-gyp/bin/node-gyp.js`,
    `ln -s ${home}/esbuild.cjs node_modules/esbuild/bin/esbuild`,
  ]);

  /** Runs a command of `setup/run.mjs` as it would be run from a shell. */
  const launch = (args: string[], nodeArgs: string[] = []): ChildProcess =>
    spawn(
      process.execPath,
      [
        ...(asUser ? NOT_ROOT : []),
        ...(atTerminal ? AT_TERMINAL : []),
        ...nodeArgs,
        join(project, 'setup', 'run.mjs'),
        ...args,
      ],
      {
        cwd: home,
        env: { PATH: bin },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  return {
    project,
    launch,
    run: (...args: string[]): Promise<Outcome> => outcomeOf(launch(args)),
    /** What was done to the machine since the last time that this was asked. */
    diary: (): string[] => {
      const lines = readFileSync(diary, 'utf8').split('\n').filter(Boolean);
      writeFileSync(diary, '');
      return lines;
    },
    isBuilt: () => existsSync(join(project, 'native', 'build', 'Release', 'boardfeed.node')),
  };
}

/** Waits for the end of a command, and keeps what it prints. */
export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code, signal] = await once(child, 'close');
  return { code, signal, output };
}

/** Instead of our program: tells how it was started, then does what its first argument says. */
const PROGRAM = `
const args: string[] = process.argv.slice(2);
console.log(JSON.stringify({ args, pid: process.pid, folder: process.cwd() }));
if (args[0] === 'exit') process.exitCode = Number(args[1]);
if (args[0] === 'die') process.kill(process.pid, 'SIGKILL');
if (args[0] === 'wait') {
  let signals = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      signals += 1;
      if (signals === 1) setTimeout(() => {
        console.log(signal, signals);
        process.exit(0);
      }, 300);
    });
  }
  setInterval(() => {}, 1000);
  console.log('waiting');
}
`;

/** Instead of node-gyp: leaves behind what it would, and takes its time. */
const NODE_GYP = `
const fs = require("node:fs");
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
fs.appendFileSync("DIARY", "node-gyp " + process.argv.slice(2).join(" ") + " for " + process.env.npm_config_nodedir + "\\n");
fs.rmSync("build", { recursive: true, force: true });
const isEpoll = process.cwd().endsWith("epoll");
if (isEpoll && fs.existsSync("../../epoll-fails")) {
  console.error("gyp info it worked so far\\nepoll.cc:1: error: no luck\\nmake: *** gave up");
  process.exit(1);
}
fs.mkdirSync("build/Release", { recursive: true });
fs.writeFileSync("build/Release/" + (isEpoll ? "epoll" : "boardfeed") + ".node", "");
`;

/** Instead of esbuild: leaves a page behind. */
const ESBUILD = `
const fs = require("node:fs");
const outdir = process.argv.find((arg) => arg.startsWith("--outdir=")).slice("--outdir=".length);
fs.appendFileSync("DIARY", "esbuild into " + outdir + "\\n");
fs.mkdirSync(outdir, { recursive: true });
fs.writeFileSync(outdir + "/listen.html", "");
`;
