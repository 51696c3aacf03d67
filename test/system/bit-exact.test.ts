import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { wavHeader } from '../../src/encoders/wav.ts';
import { startBox } from '../support/box.ts';
import { flac } from '../support/decoders.ts';
import { findFlacFrames } from '../support/flac-frames.ts';
import { listen } from '../support/listener.ts';
import { until } from '../support/processes.ts';

/** A prime, so that the loop never comes round at a block's edge. */
const FRAMES = 19_997;
const CHANNELS = 2;
/** What the fade from silence may have changed, frames. */
const FADE_FRAMES = 4800;

/** A WAV file's frames: steps that reach every bit and both ends of the range; left and right differ. */
function counter(bits: 16 | 24): Buffer {
  const bytes = bits / 8;
  const samples = Buffer.alloc(FRAMES * CHANNELS * bytes);
  for (let frame = 0; frame < FRAMES; frame++) {
    const value = (frame * 839) % 2 ** bits;
    samples.writeUIntLE(value, frame * CHANNELS * bytes, bytes);
    samples.writeUIntLE(2 ** bits - 1 - value, (frame * CHANNELS + 1) * bytes, bytes);
  }
  return samples;
}

/** Where the loop `pattern` and what was heard differ for the first time, in bytes; undefined when they never do. */
function firstDifference(heard: Buffer, pattern: Buffer, frameBytes: number): number | undefined {
  const whole = heard.subarray(0, heard.length - (heard.length % frameBytes));
  const start = pattern.indexOf(whole.subarray(0, 5 * frameBytes));
  if (start < 0 || start % frameBytes !== 0) return 0;
  for (let at = 0; at < whole.length; ) {
    const from = (start + at) % pattern.length;
    const length = Math.min(pattern.length - from, whole.length - at);
    if (!whole.subarray(at, at + length).equals(pattern.subarray(from, from + length))) return at;
    at += length;
  }
  return undefined;
}

for (const bits of [16, 24] as const) {
  test(`a counter of ${bits} bits in a WAV file comes out of /stream.wav and /stream.flac bit for bit, over the seam of the loop`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'boardfeed-counter-'));
    t.teardown(() => rmSync(directory, { recursive: true }));
    const pattern = counter(bits);
    const header = wavHeader({ rateHz: 48000, channels: CHANNELS }, bits);
    header.writeUInt32LE(36 + pattern.length, 4);
    header.writeUInt32LE(pattern.length, 40);
    const path = join(directory, 'counter.wav');
    writeFileSync(path, Buffer.concat([header, pattern]));

    const box = await startBox(`[input]\nsource = "file:${path}"\n[wav]\nbits = ${bits}\n[flac]\nbits = ${bits}`);
    t.teardown(() => box.stop());
    await until('live', async () => (await box.status()).programme.state === 'live');
    const [wav, packed] = [listen(box.port, '/stream.wav'), listen(box.port, '/stream.flac')];
    const enough = 44 + 2.5 * pattern.length;
    await until('two rounds are heard', () => wav.body().length > enough, 20_000);
    wav.stop();
    packed.stop();
    t.is(wav.body().readUInt16LE(34), bits);
    const { start, ends, bits: flacBits } = findFlacFrames(packed.body());
    t.is(flacBits, bits);
    const { bytes: unpacked, complaints } = flac(packed.body().subarray(0, ends.at(-1) ?? start));
    t.is(complaints, '');
    t.true(unpacked.length > 1.5 * pattern.length, `${unpacked.length} bytes`);
    const frameBytes = (CHANNELS * bits) / 8;
    const skipped = FADE_FRAMES * frameBytes;
    t.is(firstDifference(wav.body().subarray(44 + skipped), pattern, frameBytes), undefined, 'WAV');
    t.is(firstDifference(unpacked.subarray(skipped), pattern, frameBytes), undefined, 'FLAC');
    t.is((await box.status()).source.lostFrames?.ring, 0);
  });
}
