import test from 'ava';
import type { Encoder } from '../../src/encoders/encoder.ts';
import { type FlacBits, flacFormat } from '../../src/encoders/flac.ts';
import { wavFormat } from '../../src/encoders/wav.ts';
import { native } from '../../src/native.ts';
import { ffmpeg, flac } from '../support/decoders.ts';
import { findFlacFrames } from '../support/flac-frames.ts';
import { findOggPages } from '../support/ogg-pages.ts';
import { randomNumbers } from '../support/random.ts';
import { sines } from '../support/tones.ts';

const STEREO = { rateHz: 48000, channels: 2 };
const TAGS = { name: 'St. Mary', title: 'Mass', genre: '', url: '' };
const BLOCK_FRAMES = 480;

/** Every kind of bits: tones, noise, silence, full scale, and numbers that no encoder should be given. */
function difficult(frames: number): Float32Array {
  const random = randomNumbers(1);
  const samples = sines(
    [
      { hz: 997, dbfs: -3 },
      { hz: 1499, dbfs: -20 },
    ],
    frames / 48000,
  );
  for (let at = 0; at < samples.length; at++) {
    const part = Math.floor((at / samples.length) * 8);
    if (part === 2) samples[at] = 2 * random() - 1;
    if (part === 3) samples[at] = 0;
    if (part === 4) samples[at] = random() < 0.5 ? 1.5 : -1.5;
    if (part === 5) samples[at] = [Number.NaN, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY][at % 5] ?? 0;
    if (part === 6) samples[at] = (Math.round(random() * 65536) - 32768 + 0.5) / 32768;
  }
  return samples;
}

function encode(encoder: Encoder, samples: Float32Array, blockSamples = 2 * BLOCK_FRAMES): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < samples.length; at += blockSamples)
    chunks.push(...encoder.encode(samples.subarray(at, at + blockSamples)));
  return chunks;
}

const wavBytes = (samples: Float32Array, bits: FlacBits, pcm = STEREO) =>
  Buffer.concat(wavFormat(pcm, bits).createEncoder().encode(samples));

for (const bits of [16, 24] as const) {
  const frameBytes = (2 * bits) / 8;
  const decoders = [flac, (bytes: Buffer) => ffmpeg(bytes, `s${bits}le`)];

  test(`${bits} bits: the same integers as the WAV stream, after one frame of silence, whatever comes in`, (t) => {
    const samples = difficult(48_000);
    const encoder = flacFormat(STEREO, bits).createEncoder();
    const frames = encode(encoder, samples);
    const expected = wavBytes(samples, bits).subarray(0, (frames.length * BLOCK_FRAMES - 1) * frameBytes);
    for (const decode of decoders) {
      const { bytes, complaints } = decode(Buffer.concat([encoder.header(TAGS), ...frames]));
      t.is(complaints, '');
      t.deepEqual(bytes.subarray(0, frameBytes), Buffer.alloc(frameBytes));
      t.true(bytes.subarray(frameBytes).equals(expected));
    }
  });

  test(`${bits} bits: who joins at any frame hears every sample from there on, and no decoder complains`, (t) => {
    const encoder = flacFormat(STEREO, bits).createEncoder();
    const samples = difficult(8 * 48_000);
    const frames = encode(encoder, samples);
    const whole = Buffer.concat([Buffer.alloc(frameBytes), wavBytes(samples, bits)]);
    const random = randomNumbers(2);
    for (let join = 0; join < 25; join++) {
      const first = Math.floor(random() * (frames.length - 60));
      const heard = frames.slice(first, first + 20 + Math.floor(random() * 40));
      const blockBytes = BLOCK_FRAMES * frameBytes;
      const expected = whole.subarray(first * blockBytes, (first + heard.length) * blockBytes);
      for (const decode of decoders) {
        const { bytes, complaints } = decode(Buffer.concat([encoder.header(TAGS), ...heard]));
        t.is(complaints, '');
        t.true(bytes.equals(expected), `${heard.length} frames from ${first}`);
      }
    }
  });
}

for (const rateHz of [44100, 48000, 96000]) {
  test(`${rateHz} Hz: a block of 10 ms that comes in is at once a frame that goes out`, (t) => {
    const encoder = flacFormat({ rateHz, channels: 1 }, 16).createEncoder();
    const block = sines([{ hz: 997, dbfs: -6 }], 0.01, rateHz);
    const chunks = Array.from({ length: 20 }, () => encoder.encode(block));
    t.deepEqual(
      chunks.map(({ length }) => length),
      new Array(20).fill(1),
    );
    const found = findFlacFrames(Buffer.concat([encoder.header(TAGS), ...chunks.flat()]));
    t.like(found, { firstNumber: 0, blockSamples: rateHz / 100, rateHz, channels: 1, bits: 16 });
  });
}

test('each chunk is one frame, and the comment says what is on', (t) => {
  const encoder = flacFormat(STEREO, 16).createEncoder();
  const chunks = encode(encoder, difficult(48_000), 2 * 1337);
  const header = encoder.header(TAGS);
  const { start, ends } = findFlacFrames(Buffer.concat([header, ...chunks, ...encode(encoder, difficult(4800))]));
  t.is(start, header.length);
  let end = start;
  for (const [index, chunk] of chunks.entries()) {
    end += chunk.length;
    t.is(ends[index], end);
  }
  t.true(header.includes('TITLE=Mass'));
});

test('for Icecast: a chain of Ogg streams, in which no frame is lost at a new title', (t) => {
  const format = flacFormat(STEREO, 16);
  const samples = difficult(96_000);
  const frames = encode(format.createEncoder(), samples);
  const icecast = format.icecast?.start();
  if (!icecast) throw new Error('Icecast takes FLAC');
  const sent: Buffer[] = [];
  for (const [index, frame] of frames.entries()) {
    if (index % 70 === 0) sent.push(icecast.header({ ...TAGS, title: `piece ${index}` }));
    sent.push(icecast.frame(frame));
  }
  const chain = Buffer.concat(sent);
  const pages = findOggPages(chain);
  t.is(pages.filter(({ first }) => first).length, 3);
  t.is(pages.filter(({ last }) => last).length, 2);
  // RFC 9639, 10.1: the mapping's version 1.0 and one more packet of metadata, then a native stream's beginning.
  t.is(pages[0]?.packets[0]?.toString('latin1', 0, 13), '\x7fFLAC\x01\x00\x00\x01fLaC');
  t.deepEqual(
    pages.slice(2, 5).map(({ granulePosition }) => Number(granulePosition)),
    [BLOCK_FRAMES, 2 * BLOCK_FRAMES, 3 * BLOCK_FRAMES],
  );
  const whole = Buffer.concat([Buffer.alloc(4), wavBytes(samples, 16)]);
  const all = ffmpeg(chain, 's16le');
  t.is(all.complaints, '');
  // The last one is still held back.
  t.true(all.bytes.equals(whole.subarray(0, (frames.length - 1) * BLOCK_FRAMES * 4)));
  // flac 1.4 decodes the first logical stream only.
  const firstStream = flac(chain.subarray(0, pages.findLast(({ last }) => last) && pages[72]?.start), 'ogg');
  t.is(firstStream.complaints, '');
  t.true(firstStream.bytes.equals(whole.subarray(0, 70 * BLOCK_FRAMES * 4)));
});

test('when the frame numbers are used up they begin again, and not a sample is lost', (t) => {
  const encoder = native.flacOpen({ ...STEREO, bits: 16, blockFrames: 480, level: 5, frameNumbers: 7 });
  const samples = difficult(48_000);
  const [out, ends] = [new Uint8Array(4000), new Uint32Array(2)];
  const frames: Buffer[] = [];
  for (let at = 0; at < samples.length; at += 960) {
    const count = native.packetsEncode(encoder, samples.subarray(at, at + 960), 480, out, ends);
    t.is(count, 1, 'one as ever');
    frames.push(Buffer.from(out.subarray(0, ends[0])));
  }
  // The number is in the fifth byte, as long as it is below 128 (RFC 9639, 9.1.5).
  t.deepEqual(
    frames.slice(0, 16).map((frame) => frame[4]),
    [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1],
  );
  const header = flacFormat(STEREO, 16).createEncoder().header(TAGS);
  const expected = Buffer.concat([Buffer.alloc(4), wavBytes(samples, 16)]).subarray(0, frames.length * 480 * 4);
  const bytes = Buffer.concat([header, ...frames]);
  t.is(flac(bytes).complaints, '');
  t.true(flac(bytes).bytes.equals(expected));
  // ffmpeg remarks that its times go back.
  t.true(ffmpeg(bytes, 's16le').bytes.equals(expected));
});
