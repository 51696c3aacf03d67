import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import type { Player, StreamFormat } from './players.ts';
import type { Clean, Hearing } from './players-heard.ts';

/** What one player did with one format. */
export interface Seen {
  player: Player;
  format: StreamFormat;
  clean: Clean;
  /** From the start of the player to its first sound, in s; undefined for one that only decodes, which plays at no time. */
  firstSoundS?: number;
}

/** Puts down what was heard; `startS` is when the player was started, undefined for one that only decodes. */
export function seen(player: Player, format: StreamFormat, hearing: Hearing, startS: number | undefined): Seen {
  const { clean, firstSoundS } = hearing;
  if (!clean || firstSoundS === undefined) throw new Error(`${player.name} was not heard: ${hearing.describe()}`);
  if (startS === undefined) return { player, format, clean };
  return { player, format, clean: { ...clean, fromS: clean.fromS - startS }, firstSoundS: firstSoundS - startS };
}

/** One cell of the table. */
export function inWords({ firstSoundS, clean }: Seen): string {
  // Windows are 0.1 s long; more digits would claim more than was seen.
  const at = (s: number) => `${Math.max(s, 0).toFixed(1)} s`;
  const levels = `${clean.dbfs.map(([low, high]) => ((low + high) / 2).toFixed(2)).join(' / ')} dBFS`;
  if (firstSoundS === undefined) return `decodes, clean from ${at(clean.fromS)} of it; ${levels}`;
  return `plays, sound after ${at(firstSoundS)}, clean from ${at(clean.fromS)}; ${levels}`;
}

/** The page `docs/players.md`. Throws unless every player was seen with every format. */
export function playersPage(
  players: readonly Player[],
  formats: readonly StreamFormat[],
  all: readonly Seen[],
): string {
  const versions = debianVersions(players.map(({ packages }) => packages[0]));
  const cell = (player: Player, format: StreamFormat) => {
    const found = all.find((one) => one.player === player && one.format === format);
    if (!found) throw new Error(`${player.name} was not seen with ${format}; the page is left as it is`);
    return inWords(found);
  };
  const rows = players.map((player) =>
    row(player.name, `\`${versions.get(player.packages[0])}\``, ...formats.map((format) => cell(player, format))),
  );
  const calls = players.map(({ name, packages, command }) =>
    row(
      name,
      command.includes('URL') ? `\`${command.replaceAll('|', '\\|')}\`` : command,
      packages.map((one) => `\`${one}\``).join(', '),
    ),
  );
  return `# Players

What real players did with the streams of Boardfeed. A test wrote this page; it is never edited by hand:

    BOARDFEED_WRITE_PLAYERS=1 npm test -- test/system/players.test.ts

Seen on ${new Date().toISOString().slice(0, 10)} on ${debianRelease()}, with ${availableParallelism()} processors and a load of
${loadavg()[1]?.toFixed(1)} (average of five minutes). On a machine that is busier than it can bear, players take longer to be clean.

${[row('Player', 'Version of the Debian package', ...formats.map((format) => `\`/stream.${format}\``)), rule(2 + formats.length), ...rows].join('\n')}

The mixer played 997 Hz at -12 dBFS on the left and 1499 Hz at -20 dBFS on the right. Each player played the address into
a PulseAudio sink of its own, which was recorded and judged in windows of 0.1 s; curl and \`ffmpeg, decoding\` have no
loudspeaker: what they decoded was judged. A window is clean if each tone is on its own side, within 0.5 dB of its level,
and everything else on that side is at least 40 dB below it, which it is not when a sample was left out or repeated.
"Plays" and "decodes" mean at least ${MIN_CLEAN_S} s on end in which every window was clean. The levels are those that were heard in it. Times
count from the start of the program or, in Chromium, from the click.

## How they were called

${[row('Player', 'Call', 'Debian packages'), rule(3), ...calls].join('\n')}
`;
}

/** How long a player must play without fault, in s. */
export const MIN_CLEAN_S = 5;

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;
const rule = (columns: number) => `|${' --- |'.repeat(columns)}`;

function debianVersions(packages: readonly string[]): Map<string, string> {
  const names = [...new Set(packages)];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills it in
  const format = '--showformat=${Package}\\t${Version}\\n';
  const printed = execFileSync('dpkg-query', ['--show', format, ...names], {
    encoding: 'utf8',
  });
  return new Map(
    printed
      .trim()
      .split('\n')
      .map((line) => line.split('\t') as [string, string]),
  );
}

function debianRelease(): string {
  const name = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'an unknown system';
  return `${name}, release ${readFileSync('/etc/debian_version', 'utf8').trim()}, ${process.arch}`;
}
