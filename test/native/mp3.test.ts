import { spawn } from 'node:child_process';
import test from 'ava';
import { type Mp3Options, native } from '../../src/native.ts';

const KBPS = {
  mpeg1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  mpeg2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const RATES_HZ = [44100, 48000, 32000];

interface Frame {
  kbps: number;
  rateHz: number;
  mono: boolean;
  /** Where in the frames before it its sound begins, in bytes; 0 without bit reservoir. */
  mainDataBegin: number;
  length: number;
}

/** Reads the headers one after the other; throws where there is none. A last frame that is not whole is left out. */
function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 10 <= bytes.length; ) {
    const header = bytes.readUInt32BE(at);
    if (header >>> 21 !== 0x7ff) throw new Error(`no frame at byte ${at}`);
    const mpeg1 = ((header >>> 19) & 3) === 3;
    const kbps = KBPS[mpeg1 ? 'mpeg1' : 'mpeg2'][(header >>> 12) & 15] ?? 0;
    const rateHz = (RATES_HZ[(header >>> 10) & 3] ?? Number.NaN) / (mpeg1 ? 1 : 2);
    const length = Math.floor(((mpeg1 ? 144 : 72) * kbps * 1000) / rateHz) + ((header >>> 9) & 1);
    const side = bytes.readUInt16BE(at + 4);
    const mainDataBegin = mpeg1 ? side >>> 7 : side >>> 8;
    if (at + length <= bytes.length)
      frames.push({ kbps, rateHz, mono: ((header >>> 6) & 3) === 3, mainDataBegin, length });
    at += length;
  }
  return frames;
}

/** Ten seconds: 997 Hz on the left, 1499 Hz on the right, in parts of `part` frames. */
function encode(options: Mp3Options, part: number): { bytes: Buffer; frames: number } {
  const { rateHz, channels } = options;
  const encoder = native.mp3Open(options);
  const out = new Uint8Array(Math.ceil(1.25 * part) + 7200);
  const samples = new Float32Array(part * channels);
  const chunks: Buffer[] = [];
  let frame = 0;
  while (frame < 10 * rateHz) {
    for (let i = 0; i < part; i++, frame++)
      for (let c = 0; c < channels; c++)
        samples[i * channels + c] = 0.25 * Math.sin((2 * Math.PI * (c === 0 ? 997 : 1499) * frame) / rateHz);
    chunks.push(Buffer.from(out.subarray(0, native.mp3Encode(encoder, samples, part, out))));
  }
  native.mp3Close(encoder);
  return { bytes: Buffer.concat(chunks), frames: frame };
}

/** Decodes with ffmpeg into one array per channel; fails on anything that ffmpeg has to say. */
function decode(bytes: Buffer, channels: number): Promise<Float32Array[]> {
  const ffmpeg = spawn('ffmpeg', ['-v', 'warning', '-f', 'mp3', '-i', '-', '-f', 'f32le', '-']);
  const chunks: Buffer[] = [];
  let said = '';
  ffmpeg.stdout.on('data', (chunk) => chunks.push(chunk));
  ffmpeg.stderr.on('data', (text) => (said += text));
  ffmpeg.stdin.end(bytes);
  return new Promise((resolve, reject) => {
    ffmpeg.on('error', reject);
    ffmpeg.on('close', () => {
      const all = Buffer.concat(chunks);
      const samples = new Float32Array(all.buffer.slice(all.byteOffset, all.byteOffset + (all.length & ~3)));
      if (said) reject(new Error(said));
      else resolve(Array.from({ length: channels }, (_, c) => samples.filter((_sample, i) => i % channels === c)));
    });
  });
}

/** Amplitude of one frequency (Goertzel). */
function amplitude(samples: Float32Array, hz: number, rateHz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / rateHz);
  let a = 0;
  let b = 0;
  for (const sample of samples) [a, b] = [sample + turn * a - b, a];
  return (2 * Math.sqrt(a * a + b * b - turn * a * b)) / samples.length;
}

for (const [rateHz, outHz] of [
  [32000, 32000],
  [44100, 44100],
  [48000, 48000],
  [88200, 44100],
  [96000, 48000],
] as const)
  for (const channels of [1, 2])
    for (const bitrateKbps of [64, 128, 320])
      test(`${rateHz} Hz, ${channels} channels, ${bitrateKbps} kbit/s: whole frames that decode`, async (t) => {
        const options = { rateHz, channels, bitrateKbps, quality: 5, reservoir: false };
        const { bytes } = encode(options, 480);
        const frames = framesOf(bytes);
        const whole = frames.reduce((sum, frame) => sum + frame.length, 0);
        for (const frame of frames)
          t.like(frame, { kbps: bitrateKbps, rateHz: outHz, mono: channels === 1, mainDataBegin: 0 });
        t.true(Math.abs(frames.length - (10 * outHz) / 1152) <= 4, `${frames.length} frames`);
        for (const [channel, sound] of (await decode(bytes.subarray(0, whole), channels)).entries()) {
          const middle = sound.subarray(outHz, 9 * outHz);
          const [own, other] = [amplitude(middle, 997, outHz), amplitude(middle, 1499, outHz)];
          const [loud, quiet] = channel === 0 ? [own, other] : [other, own];
          t.true(Math.abs(20 * Math.log10(loud / 0.25)) < 0.5, `${loud}`);
          t.true(quiet < 0.01, `${quiet}`);
        }
      });

test('the bit reservoir is used when it is asked for', (t) => {
  const options = { rateHz: 48000, channels: 2, bitrateKbps: 128, quality: 5, reservoir: true };
  t.true(framesOf(encode(options, 1152).bytes).some((frame) => frame.mainDataBegin > 0));
});

test('the first frame is sound and no tag', (t) => {
  const { bytes } = encode({ rateHz: 48000, channels: 2, bitrateKbps: 128, quality: 5, reservoir: false }, 1152);
  t.false(bytes.subarray(0, 400).includes('Xing') || bytes.subarray(0, 400).includes('Info'));
});

test('parts of any length give the same bytes', (t) => {
  const options = { rateHz: 48000, channels: 2, bitrateKbps: 128, quality: 5, reservoir: false };
  const [a, b] = [encode(options, 160).bytes, encode(options, 4800).bytes];
  t.true(a.equals(b.subarray(0, a.length)) || b.equals(a.subarray(0, b.length)));
});

test('what LAME cannot do is an Error in words', (t) => {
  const options = { rateHz: 48000, channels: 2, bitrateKbps: 129, quality: 5, reservoir: false };
  t.throws(() => native.mp3Open(options), { message: /128 kbit\/s instead of 129/ });
  t.throws(() => native.mp3Open({ ...options, rateHz: 50000, bitrateKbps: 128 }), { message: /LAME refuses 50000 Hz/ });
});

test('an out that is too small is an Error', (t) => {
  const encoder = native.mp3Open({ rateHz: 48000, channels: 2, bitrateKbps: 320, quality: 5, reservoir: false });
  for (const bytes of [0, 10])
    t.throws(() => native.mp3Encode(encoder, new Float32Array(20000), 10000, new Uint8Array(bytes)), {
      message: /LAME/,
    });
});
