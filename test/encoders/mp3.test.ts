import { spawnSync } from 'node:child_process';
import test from 'ava';
import { mp3Format } from '../../src/encoders/mp3.ts';
import { mp3FrameBytes, wholeMp3Frames } from '../../src/encoders/mp3-frames.ts';
import { sines, toFloats, toneDbfs } from '../support/tones.ts';

const LEFT = { hz: 997, dbfs: -12 };
const RIGHT = { hz: 1499, dbfs: -20 };

/** The chunks of some seconds of both tones, fed in blocks of 10 ms. */
function encode(rateHz: number, bitrateKbps: number, seconds = 2): Buffer[] {
  const samples = sines([LEFT, RIGHT], seconds, rateHz);
  const encoder = mp3Format({ rateHz, channels: 2 }, bitrateKbps).createEncoder();
  const chunks: Buffer[] = [];
  const length = (rateHz / 100) * 2;
  for (let at = 0; at < samples.length; at += length) {
    chunks.push(...encoder.encode(samples.subarray(at, at + length)));
  }
  encoder.close();
  return chunks;
}

for (const rateHz of [44100, 48000, 96000]) {
  for (const bitrateKbps of [64, 128, 192, 320]) {
    test(`${rateHz} Hz, ${bitrateKbps} kbit/s: whole frames from each of which a listener can join, at the true level`, (t) => {
      const chunks = encode(rateHz, bitrateKbps);
      t.true(chunks.length > 70);
      for (const chunk of chunks) t.is(wholeMp3Frames(chunk), chunk.length);
      const joined = Buffer.concat(chunks.slice(20));
      const decoded = spawnSync(
        'ffmpeg',
        ['-v', 'warning', '-f', 'mp3', '-i', '-', '-f', 'f32le', '-ar', '48000', '-'],
        { input: joined },
      );
      t.is(
        decoded.stderr.toString().replace(/.*Estimating duration.*\n/, ''),
        '',
        'not a word about a frame that needs another',
      );
      const heard = toFloats(decoded.stdout).subarray(48000);
      for (const [channel, { hz, dbfs }] of [LEFT, RIGHT].entries()) {
        const level = toneDbfs(heard, channel, 2, hz);
        t.true(Math.abs(level - dbfs) < 0.1, `${hz} Hz: ${level} dBFS`);
      }
    });
  }
}

test('a frame that is no frame is refused, and half a frame is held back', (t) => {
  const [chunk = Buffer.alloc(0)] = encode(48000, 128);
  const frameBytes = mp3FrameBytes(chunk, 0);
  t.is(frameBytes, 384);
  t.is(wholeMp3Frames(chunk.subarray(0, frameBytes - 1)), 0);
  t.is(wholeMp3Frames(Buffer.concat([chunk.subarray(0, frameBytes), chunk.subarray(0, 10)])), frameBytes);
  t.throws(() => mp3FrameBytes(Buffer.from([0xff, 0xff, 0xff, 0xff]), 0), { message: /no MP3 frame/ });
  t.throws(() => mp3FrameBytes(Buffer.from('RIFF'), 0), { message: /no MP3 frame/ });
});

test('between two titles lies a number of whole frames, wherever one begins to count', (t) => {
  for (const rateHz of [44100, 48000, 96000]) {
    for (const bitrateKbps of [64, 80, 96, 112, 128, 160, 192, 224, 256, 320]) {
      const { icyMetaBytes = 0 } = mp3Format({ rateHz, channels: 2 }, bitrateKbps);
      const bytes = Buffer.concat(encode(rateHz, bitrateKbps, 3));
      const starts = new Set<number>();
      for (let at = 0; at < wholeMp3Frames(bytes); at += mp3FrameBytes(bytes, at)) starts.add(at);
      const last = bytes.length - icyMetaBytes;
      t.true(last > icyMetaBytes, `${rateHz} Hz, ${bitrateKbps} kbit/s: more than one stretch`);
      for (const at of starts)
        if (at < last && !starts.has(at + icyMetaBytes)) t.fail(`${rateHz} ${bitrateKbps}: ${at}`);
    }
  }
});
