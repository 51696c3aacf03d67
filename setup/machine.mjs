import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const projectDir = fileURLToPath(new URL('..', import.meta.url));

/** The oldest Node that can run this folder. Everything else runs on the pinned Node. */
const OLDEST_NODE_MAJOR = 20;

/** Node's name of an architecture → Debian's. These are the ones for which the pinned Node exists. */
const DEBIAN_ARCHITECTURES = new Map([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
]);

/** What stops the setup is the machine's or the operator's affair: the message says what to do, and no stack is shown. */
export class SetupError extends Error {
  /** @param {string} message @param {number} [exitCode] defaults to 69, "a service that this needs is not there" */
  constructor(message, exitCode = 69) {
    super(message);
    this.name = 'SetupError';
    this.exitCode = exitCode;
  }
}

/**
 * Refuses a machine on which nothing below could work.
 *
 * @param {string} nodeVersion such as `20.19.2`
 * @param {string} platform
 * @param {string} arch as Node names it
 * @returns {string} the architecture as Debian names it
 * @throws {SetupError} when Node is too old, or no pinned Node exists for the machine
 */
export function checkMachine(nodeVersion, platform, arch) {
  if (Number.parseInt(nodeVersion, 10) < OLDEST_NODE_MAJOR) {
    throw new SetupError(
      `Boardfeed needs Node ${OLDEST_NODE_MAJOR} or newer to set itself up; this is Node ${nodeVersion}. ` +
        'Debian 13 has it as the package nodejs.',
    );
  }
  const debianArch = DEBIAN_ARCHITECTURES.get(arch);
  if (platform !== 'linux' || debianArch === undefined) {
    throw new SetupError(
      `Boardfeed runs on 64-bit Linux, x64 (PC) or arm64 (Raspberry Pi OS 64-bit); this Node is ${platform} ${arch}.`,
    );
  }
  return debianArch;
}

/**
 * Where the pinned Node lies.
 *
 * @param {string} [projectFolder]
 * @param {string} [arch] as Node names it
 */
export function pinnedNode(projectFolder = projectDir, arch = process.arch) {
  const home = path.join(projectFolder, 'node_modules', `node-linux-${arch}`);
  return {
    /** Holds `include/node`: what addons are built against. */
    home,
    binary: path.join(home, 'bin', 'node'),
    /** @returns {string} such as `26.10.0`; throws when the package is not installed */
    version() {
      return JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')).version;
    },
  };
}

/**
 * The environment of everything we start: the commands of the installed npm packages first on `PATH`, as npm does it.
 *
 * @param {string} [projectFolder]
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnv(projectFolder = projectDir, env = process.env) {
  const bin = path.join(projectFolder, 'node_modules', '.bin');
  const searched = env.PATH === undefined || env.PATH === '' ? [] : env.PATH.split(path.delimiter);
  return { ...env, PATH: [bin, ...searched.filter((folder) => folder !== bin)].join(path.delimiter) };
}
