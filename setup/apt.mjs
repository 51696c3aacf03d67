import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './child.mjs';
import { SetupError } from './machine.mjs';

/** How long we wait for somebody else's apt or dpkg, such as the nightly upgrade. */
const LOCK_WAIT_S = 300;
const LOCK_POLL_MS = 2000;

const OPTIONS = [
  '--yes',
  '--no-install-recommends',
  // Never at the cost of what the machine has: rather fail, and let a human decide.
  '--no-remove',
  '-o=Dpkg::Options::=--force-confdef',
  '-o=Dpkg::Options::=--force-confold',
  `-o=DPkg::Lock::Timeout=${LOCK_WAIT_S}`,
  // In a log, dpkg's progress in percent is one endless line.
  ...(process.stdout.isTTY ? [] : ['-o=Dpkg::Use-Pty=0']),
];

/**
 * @typedef {object} Rights what this user may do on this machine
 * @property {boolean} hasApt `apt-get` exists
 * @property {boolean} isRoot
 * @property {boolean} hasSudo `sudo` exists
 * @property {boolean} sudoIsSilent `sudo` asks for no password
 * @property {boolean} hasTerminal somebody could type one
 */

/**
 * @typedef {{ may: true, prefix: string[] } | { may: false, why: string }} Decision
 *   with which words before it `apt-get` can be run, or why it cannot
 */

/** @param {Rights} rights @returns {Decision} */
export function decide({ hasApt, isRoot, hasSudo, sudoIsSilent, hasTerminal }) {
  if (!hasApt) return { may: false, why: 'This machine has no apt-get, so it is no Debian' };
  if (isRoot) return { may: true, prefix: [] };
  if (!hasSudo) return { may: false, why: 'Installing that needs root, and this machine has no sudo' };
  if (sudoIsSilent) return { may: true, prefix: ['sudo', '-n'] };
  if (hasTerminal) return { may: true, prefix: ['sudo'] };
  return {
    may: false,
    why: 'Installing that needs root; sudo asks for a password or refuses, and there is no terminal',
  };
}

/**
 * What a human types instead of us.
 *
 * @param {readonly string[]} names
 * @param {{ hasSudo: boolean, isRoot: boolean }} rights without sudo the command is meant for a root shell
 * @returns {string}
 */
export function commandByHand(names, { hasSudo, isRoot }) {
  const sudo = hasSudo && !isRoot ? 'sudo ' : '';
  return `${sudo}apt-get update && ${sudo}apt-get install --no-install-recommends ${names.join(' ')}`;
}

/** @param {readonly import('./debian-packages.mjs').DebianPackage[]} missing @returns {string} */
export function describeMissing(missing) {
  const width = Math.max(...missing.map((row) => row.name.length));
  const count = missing.length === 1 ? 'one Debian package' : `${missing.length} Debian packages`;
  return [
    `Boardfeed needs ${count} that this machine lacks:`,
    ...missing.map((row) => `  ${row.name.padEnd(width)}  ${row.why}`),
  ].join('\n');
}

/** @param {NodeJS.ProcessEnv} env @returns {Rights} */
export function readRights(env) {
  /** @param {string} file @param {string[]} args */
  const succeeds = (file, args) => spawnSync(file, args, { env, stdio: 'ignore' }).status === 0;
  const isRoot = process.getuid?.() === 0;
  const hasSudo = succeeds('sudo', ['-V']);
  return {
    hasApt: succeeds('apt-get', ['--version']),
    isRoot,
    hasSudo,
    sudoIsSilent: !isRoot && hasSudo && succeeds('sudo', ['-n', 'true']),
    hasTerminal: process.stdin.isTTY === true,
  };
}

/**
 * Installs Debian packages, after saying which and why.
 *
 * @param {readonly import('./debian-packages.mjs').DebianPackage[]} missing at least one
 * @param {{ env: NodeJS.ProcessEnv, rights?: Rights }} options
 * @returns {Promise<void>}
 * @throws {SetupError} with the command to run by hand, when we may not or apt failed
 */
export async function installPackages(missing, { env, rights = readRights(env) }) {
  const names = missing.map((row) => row.name);
  const byHand = `\n  ${commandByHand(names, rights)}\n`;
  const decision = decide(rights);
  console.log(describeMissing(missing));
  if (!decision.may) {
    const whose = rights.hasApt && !rights.hasSudo ? 'As root, run' : 'Run';
    const what = rights.hasApt
      ? `${whose} this, then try again:`
      : 'Install what stands for them here; on Debian it is:';
    throw new SetupError(`${decision.why}. ${what}\n${byHand}`, 77);
  }
  if (decision.prefix.join(' ') === 'sudo') {
    // Asked once and first, so that a refusal is known as one.
    console.log('Installing needs root; sudo may ask for your password.');
    const admitted = await run('sudo', ['-v'], { env });
    if (admitted.code !== 0) throw new SetupError(`sudo refused. Somebody who may should run this:\n${byHand}`, 77);
  }
  const how = decision.prefix.length === 0 ? 'apt-get' : 'sudo apt-get';
  console.log(`Installing ${missing.length === 1 ? 'it' : 'them'} with ${how}.\n`);

  // `env` and not our own environment: sudo passes none of it on.
  const [file = '', ...words] = [
    ...decision.prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'LC_ALL=C.UTF-8',
    'apt-get',
  ];
  await updateLists(file, words, env);
  const installed = await run(file, [...words, 'install', ...OPTIONS, ...names], { env });
  if (installed.code !== 0) {
    throw new SetupError(`apt-get ended with exit code ${installed.code}, see above. To do it by hand:\n${byHand}`);
  }
}

/**
 * Renews the package lists. What fails here need not hinder the installation (one of several sources may be down), so it
 * is shown and no more. `apt-get update` has no waiting of its own for another apt, so we do that.
 *
 * @param {string} file
 * @param {readonly string[]} words
 * @param {NodeJS.ProcessEnv} env
 */
async function updateLists(file, words, env) {
  const deadlineMs = Date.now() + LOCK_WAIT_S * 1000;
  for (let attempt = 0; ; attempt += 1) {
    const updated = await run(file, [...words, 'update', '-qq'], { env, output: 'keep' });
    if (updated.code === 0 || updated.signal !== null) return;
    if (!updated.output.includes('Could not get lock') || Date.now() > deadlineMs) {
      console.log(`apt-get update ended with exit code ${updated.code}:\n${updated.output}`);
      return;
    }
    if (attempt === 0) console.log(`Another apt is at work; waiting for it, at most ${LOCK_WAIT_S} s.`);
    await sleep(LOCK_POLL_MS);
  }
}
