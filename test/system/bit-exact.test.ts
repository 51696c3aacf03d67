import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { wavHeader } from '../../src/encoders/wav.ts';
import { startBox } from '../support/box.ts';
import { listen } from '../support/listener.ts';
import { until } from '../support/processes.ts';

/** A prime, so that the loop never comes round at a block's edge. */
const FRAMES = 19_997;
const FRAME_BYTES = 6;

test('a counter of 24 bits in a WAV file comes out of /stream.wav bit for bit, over the seam of the loop', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'boardfeed-counter-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const counter = Buffer.alloc(FRAMES * FRAME_BYTES);
  for (let frame = 0; frame < FRAMES; frame++) {
    // Steps that reach every bit and both ends of the range; left and right differ.
    const value = (frame * 839) % 0x1000000;
    counter.writeUIntLE(value, frame * FRAME_BYTES, 3);
    counter.writeUIntLE(0xffffff - value, frame * FRAME_BYTES + 3, 3);
  }
  const header = wavHeader({ rateHz: 48000, channels: 2 }, 24);
  header.writeUInt32LE(36 + counter.length, 4);
  header.writeUInt32LE(counter.length, 40);
  const path = join(directory, 'counter.wav');
  writeFileSync(path, Buffer.concat([header, counter]));

  const box = await startBox(`[input]\nsource = "file:${path}"\n[wav]\nbits = 24`);
  t.teardown(() => box.stop());
  await until('live', async () => (await box.status()).programme.state === 'live');
  const listener = listen(box.port, '/stream.wav');
  await until('two rounds are heard', () => listener.body().length > 44 + 2.5 * counter.length, 20_000);
  listener.stop();
  const heard = listener.body();
  t.is(heard.readUInt16LE(34), 24);
  const body = heard.subarray(44 + 4800 * FRAME_BYTES);
  const whole = body.subarray(0, body.length - (body.length % FRAME_BYTES));
  const start = counter.indexOf(whole.subarray(0, 5 * FRAME_BYTES));
  t.true(start >= 0 && start % FRAME_BYTES === 0, 'the pattern is found');
  for (let at = 0; at < whole.length; ) {
    const from = (start + at) % counter.length;
    const length = Math.min(counter.length - from, whole.length - at);
    t.true(whole.subarray(at, at + length).equals(counter.subarray(from, from + length)), `differs after byte ${at}`);
    at += length;
  }
  t.is((await box.status()).source.lostFrames?.ring, 0);
});
