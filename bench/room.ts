import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine } from './machine.ts';
import { table } from './table.ts';

/*
 * What our kernel holds for a listener that reads nothing, and after how much it sees that there is room again, by what is set
 * on its socket. From this the connections have their options (native/core/fan_out.c).
 */

/** What is tried: SO_SNDBUF and TCP_NOTSENT_LOWAT, bytes; 0 leaves them alone. */
const SETTINGS: ReadonlyArray<readonly [string, number, number]> = [
  ['nothing', 0, 0],
  ['SO_SNDBUF 64000', 64_000, 0],
  ['SO_SNDBUF 16000', 16_000, 0],
  ['TCP_NOTSENT_LOWAT 16000', 0, 16_000],
  ['TCP_NOTSENT_LOWAT 1', 0, 1],
];
/** One MP3 frame of 128 kbit/s, four of them, and 10 ms of PCM, bytes. */
const CHUNKS = [417, 1668, 1920];

const folder = mkdtempSync(join(tmpdir(), 'boardfeed-room-'));
try {
  const program = join(folder, 'room');
  const source = fileURLToPath(new URL('room/room.c', import.meta.url));
  execFileSync('cc', ['-O2', '-D_GNU_SOURCE', '-Wall', '-Wextra', source, '-o', program]);
  const rows = SETTINGS.flatMap(([name, sendBufferBytes, lowatBytes]) =>
    CHUNKS.map((chunkBytes) => {
      const args = [chunkBytes, sendBufferBytes, lowatBytes].map(String);
      const printed = execFileSync(program, args, { encoding: 'utf8', timeout: 120_000 });
      return [name, ...[chunkBytes, ...printed.trim().split(' ')].map(String)];
    }),
  );
  console.log(`${describeMachine()}\n`);
  console.log(table(['set', 'chunk', 'held', 'read until send() takes', 'read until poll() says so'], rows));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
