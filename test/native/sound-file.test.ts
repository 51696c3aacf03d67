import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { native } from '../../src/native.ts';

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'boardfeed-sound-'));
test.after.always(() => rm(folder, { recursive: true }));

/** A PCM WAV file; `sample` gives integers. */
function wav(rateHz: number, bits: number, channels: number, frames: number, sample: (i: number, c: number) => number) {
  const bytes = bits / 8;
  const file = Buffer.alloc(44 + frames * channels * bytes);
  file.write('RIFF\0\0\0\0WAVEfmt ', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(rateHz, 24);
  file.writeUInt32LE(rateHz * channels * bytes, 28);
  file.writeUInt16LE(channels * bytes, 32);
  file.writeUInt16LE(bits, 34);
  file.write('data', 36);
  file.writeUInt32LE(file.length - 44, 40);
  for (let i = 0; i < frames; i++)
    for (let c = 0; c < channels; c++) file.writeIntLE(sample(i, c), 44 + (i * channels + c) * bytes, bytes);
  return file;
}

async function put(name: string, bytes: Buffer): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

for (const bits of [16, 24])
  test(`a WAV of ${bits} bits at its own rate is bit-exact`, async (t) => {
    const half = 2 ** (bits - 1);
    const ends = [-half, half - 1, -1, 0, 1];
    const sample = (i: number, c: number) => ends[i] ?? ((i * 7919 + c * 104729) % (2 * half)) - half;
    const path = await put(`exact-${bits}.wav`, wav(48000, bits, 2, 50_000, sample));
    const samples = await native.readSoundFile(path, 48000, 2, 10);
    t.is(samples.length, 100_000);
    t.is(
      samples.findIndex((value, at) => value * half !== sample(at >> 1, at & 1)),
      -1,
    );
  });

test('another rate is resampled: the length fits, the tone keeps its pitch and level', async (t) => {
  const sample = (i: number) => Math.round(8192 * Math.sin((2 * Math.PI * 1000 * i) / 44100));
  const path = await put('tone.wav', wav(44100, 16, 1, 44_100, sample));
  const samples = await native.readSoundFile(path, 48000, 2, 10);
  t.true(Math.abs(samples.length / 2 - 48_000) <= 2, `${samples.length / 2} frames`);
  let worst = 0;
  for (let i = 1000; i < 47_000; i++)
    for (const c of [0, 1])
      worst = Math.max(worst, Math.abs((samples[2 * i + c] ?? 9) - 0.25 * Math.sin((2 * Math.PI * 1000 * i) / 48000)));
  t.true(worst < 0.001, `off by ${worst}`);
});

test('channels are mixed: one to both sides, two to one', async (t) => {
  const mono = await put(
    'mono.wav',
    wav(48000, 16, 1, 10, (i) => 100 * i),
  );
  const stereo = await put(
    'stereo.wav',
    wav(48000, 16, 2, 10, (i, c) => 100 * i + 50 * c),
  );
  const both = await native.readSoundFile(mono, 48000, 2, 10);
  t.deepEqual([...both.subarray(4, 6)], [200 / 32768, 200 / 32768]);
  t.deepEqual([...(await native.readSoundFile(stereo, 48000, 1, 10)).subarray(2, 3)], [225 / 32768]);
});

for (const name of ['tone.flac', 'tone.ogg', 'tone.mp3', 'tone.aiff'])
  test(`${name} can be read`, async (t) => {
    const path = join(folder, `made-${name}`);
    await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=1000:r=48000:d=1', '-ac', '2', path]);
    const samples = await native.readSoundFile(path, 48000, 2, 10);
    t.true(Math.abs(samples.length / 2 - 48_000) < 3000, `${samples.length / 2} frames`);
    t.true(samples.some((value) => value > 0.05));
  });

test('what cannot be read is said in words, with the path', async (t) => {
  const text = await put('text.wav', Buffer.from('this is no sound'));
  const long = await put(
    'long.wav',
    wav(8000, 16, 1, 24_000, () => 0),
  );
  const empty = await put(
    'empty.wav',
    wav(8000, 16, 1, 0, () => 0),
  );
  for (const [path, words] of [
    [text, /not a sound file that libsndfile knows: /],
    [long, /lasts 3\.0 s, longer than the 2\.0 s/],
    [empty, /holds no frame/],
    [folder, /not a file/],
    [join(folder, 'missing'), /No such file or directory/],
  ] as const) {
    const error = await t.throwsAsync(native.readSoundFile(path, 48000, 2, 2));
    t.true(error?.message.startsWith(`${path}: `), error?.message);
    t.regex(error?.message ?? '', words);
  }
});
