import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildAddon, isAddonCurrent } from './addon.mjs';
import { installPackages } from './apt.mjs';
import { BOX_NODE_FLAGS, boxEnv, warmCodeCache } from './box-node.mjs';
import { become, run } from './child.mjs';
import { packagesFor, queryPackages } from './debian-packages.mjs';
import { buildEpoll, isEpollCurrent } from './epoll.mjs';
import { runLinters } from './linters.mjs';
import { withLock } from './lock.mjs';
import { checkMachine, childEnv, pinnedNode, projectDir, SetupError } from './machine.mjs';
import { areModulesCurrent, installModules } from './node-modules.mjs';
import { buildPage, isPageCurrent } from './page.mjs';
import { imageRecord, imageTestRecord, systemTestRecord } from './system-test.mjs';
import { COUNTS_FD_VARIABLE, closingLine } from './test-counts.mjs';

/*
 * What stands behind `npm start`, `npm test`, `npm run test:*`, `npm run check`, `npm run package`, `npm run image` and `npm run bench:*`:
 * makes this machine ready, as far as it is not, then runs what was asked for on the pinned Node. The machine's own Node (20 or newer) runs this folder the first time,
 * the pinned Node from then on; hence JavaScript, and nothing from npm.
 */

const USAGE =
  'Usage: node setup/run.mjs start|test|test:system|test:image|test:power-cuts|check|package|image [ARGUMENTS] | bench NAME [ARGUMENTS]';
const LOCK_FILE = path.join(projectDir, '.setup.lock');
const IMAGE_TESTS = 'ava.image.config.mjs';

/** @type {Record<string, (args: string[]) => Promise<void>>} */
const commands = {
  start,
  test,
  'test:system': testSystem,
  'test:image': testImage,
  'test:power-cuts': testPowerCuts,
  check,
  bench,
  package: makePackage,
  image: makeImage,
};

/** @param {string[]} args */
async function start(args) {
  // Somebody who only asks what this is should not have to let it install a compiler first.
  const onlyAsks = args.some((arg) => arg === '--help' || arg === '-h' || arg === '--version');
  await (onlyAsks ? prepareNode('node') : prepare('start'));
  await become(pinnedNode().binary, [...BOX_NODE_FLAGS, 'src/main.ts', ...args], boxEnv());
}

/** @param {string[]} args given to AVA; with them, only what they select is run, and no linter */
async function test(args) {
  await prepare('test');
  await runTests(args, args.length > 0 ? [] : await runLinters(projectDir, childEnv()));
}

/** @param {string[]} args */
async function testSystem(args) {
  await testUnlessPassed(args, systemTestRecord(projectDir), async (selected) => {
    await prepare('test:system');
    await runTests(['--config', 'ava.system.config.mjs', ...selected], []);
  });
}

/** @param {string[]} args */
async function testImage(args) {
  await testUnlessPassed(args, imageTestRecord(projectDir), async (selected) => {
    await prepareImageTest();
    await runTests(['--config', IMAGE_TESTS, ...selected], []);
  });
}

/** The long form of one of them. @param {string[]} args */
async function testPowerCuts(args) {
  process.env.BOARDFEED_POWER_CUTS ??= '30';
  await prepareImageTest();
  await runTests(['--config', IMAGE_TESTS, path.join('test', 'system', 'image', 'power-cuts.test.ts'), ...args], []);
}

/** With the image that lies here or is made now, unless another one is named. */
async function prepareImageTest() {
  await prepare('test:image');
  if (process.env.BOARDFEED_IMAGE || imageRecord(projectDir).isCurrent()) return;
  await makeImage([]);
}

/**
 * @param {string[]} args given to AVA, but for `--if-changed`: then nothing is run when all has passed before and nothing that it
 *   depends on was changed since
 * @param {{ alreadyPassed: boolean, passed: () => void }} record
 * @param {(selected: string[]) => Promise<void>} run
 */
async function testUnlessPassed(args, record, run) {
  const selected = args.filter((arg) => arg !== '--if-changed');
  if (selected.length < args.length && record.alreadyPassed) {
    console.log('The tests in the emulated machine have passed with just what lies here.');
    return;
  }
  await run(selected);
  if (process.exitCode === 0 && selected.length === 0) record.passed();
}

/**
 * Runs AVA, and ends as the tests do.
 *
 * @param {string[]} args
 * @param {string[]} failedLinters
 */
async function runTests(args, failedLinters) {
  let counts = '';
  const ava = path.join(projectDir, 'node_modules', 'ava', 'entrypoints', 'cli.js');
  const tests = await run(pinnedNode().binary, [ava, ...args], {
    env: { ...childEnv(), [COUNTS_FD_VARIABLE]: '3' },
    side: (text) => {
      counts += text;
    },
  });
  if (failedLinters.length > 0) console.log(`\nAlso failed, see the beginning: ${failedLinters.join(', ')}`);
  console.log(`\n${closingLine(counts, { exitCode: tests.code, failedLinters: failedLinters.length })}`);
  process.exitCode = tests.code !== 0 ? tests.code : Number(failedLinters.length > 0);
}

async function check() {
  await prepareNode('node');
  const failed = await runLinters(projectDir, childEnv());
  process.exitCode = Number(failed.length > 0);
}

/** @param {string[]} args */
async function bench([name = '', ...args]) {
  const file = path.join('bench', `${name}.ts`);
  if (!/^[\w-]+$/.test(name) || !existsSync(path.join(projectDir, file))) {
    throw new SetupError(`There is no benchmark "${name}". ${USAGE}`, 64);
  }
  await prepare(`bench:${name}`);
  await become(pinnedNode().binary, [file, ...args], childEnv());
}

/** @param {string[]} args */
async function makePackage(args) {
  await prepareNode('package');
  await buildPageWhenStale();
  const { makePackages } = await import('./package.mjs');
  await withLock(LOCK_FILE, () => makePackages(args));
}

/** @param {string[]} args */
async function makeImage(args) {
  await prepareNode('image');
  await buildPageWhenStale();
  const { makeImage: make } = await import('./image.mjs');
  // Taken before: a source that is edited meanwhile must count as changed.
  const record = imageRecord(projectDir);
  await withLock(LOCK_FILE, () => make(args, checkMachine(process.versions.node, process.platform, process.arch)));
  record.made();
}

/**
 * Makes the machine ready for a command that loads the addon. Prints and changes nothing when it is.
 *
 * @param {import('./debian-packages.mjs').Need} need
 */
async function prepare(need) {
  const installed = await prepareNode(need);
  // The same for every command, or each would rebuild what the other built.
  const libraries = new Map(packagesFor('start').map(({ name }) => [name, installed.get(name) ?? '']));
  if (!isAddonCurrent(projectDir, libraries)) {
    await withLock(LOCK_FILE, async () => {
      // Another setup may have done it while we waited.
      if (!isAddonCurrent(projectDir, libraries)) await buildAddon(projectDir, libraries, childEnv());
    });
  }
  if (!isEpollCurrent(projectDir)) {
    await withLock(LOCK_FILE, async () => {
      if (!isEpollCurrent(projectDir)) await buildEpoll(projectDir, childEnv());
    });
  }
  await buildPageWhenStale();
  await warmCodeCache();
}

async function buildPageWhenStale() {
  if (isPageCurrent(projectDir)) return;
  await withLock(LOCK_FILE, async () => {
    if (!isPageCurrent(projectDir)) await buildPage(projectDir, childEnv());
  });
}

/**
 * Makes the machine ready for the pinned Node and the npm packages.
 *
 * @param {import('./debian-packages.mjs').Need} need
 * @returns {Promise<Map<string, string>>} the Debian packages that `need` names → version
 */
async function prepareNode(need) {
  const debianArch = checkMachine(process.versions.node, process.platform, process.arch);
  const env = childEnv();
  let packages = queryPackages(need, debianArch, env);
  if (packages.missing.length > 0) {
    await installPackages(packages.missing, { env });
    packages = queryPackages(need, debianArch, env);
    if (packages.missing.length > 0) {
      throw new SetupError(`apt-get installed no ${packages.missing.map((row) => row.name).join(', ')}.`);
    }
  }
  if (!areModulesCurrent(projectDir)) {
    await withLock(LOCK_FILE, async () => {
      if (!areModulesCurrent(projectDir)) await installModules(projectDir, env);
    });
  }
  return packages.installed;
}

try {
  process.chdir(projectDir);
  const [name = '', ...args] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new SetupError(USAGE, 64);
  await command(args);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
