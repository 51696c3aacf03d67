import { spawnSync } from 'node:child_process';

/** Where the packages of a Debian release come from. */
export interface Mirrors {
  /** Of the release itself. */
  readonly main: string;
  /** Of its security updates; none when this machine has none. */
  readonly security?: string;
}

/** For what apt is asked about each of its sources, separated by tabs. */
const FORMAT = '$(ORIGIN)\t$(LABEL)\t$(REPO_URI)';

/** Reads what `apt-get indextargets` printed in our format. Undefined when no source is Debian's. */
export function parseMirrors(printed: string): Mirrors | undefined {
  const rows = printed.split('\n').map((line) => line.split('\t'));
  const of = (wanted: string) => rows.find(([origin, label]) => origin === 'Debian' && label === wanted)?.[2];
  const [main, security] = [of('Debian'), of('Debian-Security')];
  if (!main) return undefined;
  return security ? { main, security } : { main };
}

/**
 * The mirrors that this machine uses for its own packages, whatever its own release; the variable `BOARDFEED_MIRROR` names
 * another one. Throws when there is none.
 */
export function findMirrors(env: NodeJS.ProcessEnv = process.env): Mirrors {
  if (env.BOARDFEED_MIRROR) return { main: env.BOARDFEED_MIRROR };
  const asked = spawnSync('apt-get', ['indextargets', 'Created-By: Packages', '--format', FORMAT], {
    encoding: 'utf8',
  });
  const mirrors = parseMirrors(asked.stdout ?? '');
  if (!mirrors) {
    throw new Error('apt knows no mirror of Debian: run apt-get update, or name one in BOARDFEED_MIRROR (http://...)');
  }
  return mirrors;
}

/** The mirrors as lines of an apt sources list. */
export function sourcesOf({ main, security }: Mirrors, release: string): string[] {
  const lines = [`deb ${main} ${release} main`];
  if (security) lines.push(`deb ${security} ${release}-security main`);
  return lines;
}
