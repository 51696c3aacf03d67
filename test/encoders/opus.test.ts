import test from 'ava';
import type { Encoder, Format } from '../../src/encoders/encoder.ts';
import { opusFormat } from '../../src/encoders/opus.ts';
import type { PcmFormat } from '../../src/pcm.ts';
import { ffmpeg, opusdec } from '../support/decoders.ts';
import { findOggPages } from '../support/ogg-pages.ts';
import { randomNumbers } from '../support/random.ts';
import { sines, toFloats, toneDbfs } from '../support/tones.ts';

const STEREO: PcmFormat = { rateHz: 48000, channels: 2 };
const SETTINGS = { bitrateKbps: 128, complexity: 5 };
const TAGS = { name: 'St. Mary', title: 'Mass', genre: '', url: '' };
const TONES = [
  { hz: 997, dbfs: -12 },
  { hz: 1499, dbfs: -20 },
];
/** What a decoder puts out before the first sample, at 48 kHz: libopus looks 6.5 ms ahead. */
const PRE_SKIP = 312;
const PACKET_FRAMES = 960;
/** What a decoder needs that begins in the middle, and how exact it is then. */
const WARM_FRAMES = 12 * PACKET_FRAMES;
const EXACT = 2e-3;

/** Feeds blocks of 10 ms. */
function encode(encoder: Encoder, samples: Float32Array, { rateHz, channels }: PcmFormat): Buffer[] {
  const length = (rateHz / 100) * channels;
  const pages: Buffer[] = [];
  for (let at = 0; at < samples.length; at += length) pages.push(...encoder.encode(samples.subarray(at, at + length)));
  return pages;
}

/** A stream from its beginning, and its pages. */
function stream(format: Format, samples: Float32Array, pcm = STEREO) {
  const encoder = format.createEncoder();
  const pages = encode(encoder, samples, pcm);
  const header = encoder.header(TAGS);
  return { header, pages, bytes: Buffer.concat([header, ...pages]) };
}

/** The largest difference of two signals between two moments, in frames of stereo. */
function distance(a: Float32Array, b: Float32Array, from: number, to: number): number {
  let most = 0;
  for (let at = 2 * from; at < 2 * to; at++) most = Math.max(most, Math.abs((a[at] ?? 0) - (b[at] ?? 0)));
  return most;
}

test('OpusHead and OpusTags stand alone on the first pages, then comes a packet of 20 ms on each', (t) => {
  const { header, bytes } = stream(opusFormat(STEREO, SETTINGS), sines(TONES, 1));
  const pages = findOggPages(bytes);
  t.is(pages.at(-1)?.end, bytes.length);
  t.is(findOggPages(header).length, 2);
  const [head = Buffer.alloc(0)] = pages[0]?.packets ?? [];
  t.is(head.toString('latin1', 0, 8), 'OpusHead');
  // Version 1, two channels, pre-skip, rate of what was encoded, no gain, mapping of one stream (RFC 7845, 5.1).
  t.deepEqual([...head.subarray(8)], [1, 2, PRE_SKIP & 255, PRE_SKIP >> 8, 0x80, 0xbb, 0, 0, 0, 0, 0]);
  const [tags = Buffer.alloc(0)] = pages[1]?.packets ?? [];
  t.is(tags.toString('latin1', 0, 8), 'OpusTags');
  t.true(tags.includes('TITLE=Mass'));
  const sound = pages.slice(2);
  t.is(sound.length, 50);
  for (const [index, page] of pages.entries()) {
    t.like(page, { sequence: index, first: index === 0, last: false, serial: pages[0]?.serial });
    t.is(page.packets.length, 1);
  }
  for (const [index, { granulePosition }] of sound.entries())
    t.is(granulePosition, BigInt((index + 1) * PACKET_FRAMES));
});

for (const rateHz of [32000, 44100, 48000, 96000]) {
  for (const channels of [1, 2]) {
    test(`${rateHz} Hz, ${channels} channels: sound comes out when it went in, at its level`, (t) => {
      const pcm = { rateHz, channels };
      const tones = TONES.slice(0, channels);
      const atS = 0.5;
      const samples = sines(tones, 3, rateHz).fill(0, 0, atS * rateHz * channels);
      const { bytes, pages } = stream(opusFormat(pcm, SETTINGS), samples, pcm);
      const { bytes: raw, complaints } = ffmpeg(bytes);
      t.is(complaints, '');
      const heard = toFloats(raw);
      t.is(heard.length / channels, pages.length * PACKET_FRAMES - PRE_SKIP);
      for (const [channel, { hz, dbfs }] of tones.entries()) {
        const level = toneDbfs(heard.subarray(48000 * channels, 2 * 48000 * channels), channel, channels, hz);
        t.true(Math.abs(level - dbfs) < 0.2, `${hz} Hz: ${level} dBFS`);
      }
      const original = sines(tones, 2.5).subarray(0, 48000 * channels);
      // Where the two fit best. The tone began half a second into the sound, and so with the phase of that moment.
      const delays = Array.from({ length: 41 }, (_, index) => index - 20);
      const likeness = (delay: number) => {
        const from = (48000 + delay) * channels;
        return original.reduce((sum, value, at) => sum + value * (heard[from + at] ?? 0), 0);
      };
      const best = delays.reduce((a, b) => (likeness(b) > likeness(a) ? b : a));
      // A second is a whole number of both tones' periods.
      t.true(Math.abs(best) <= 1, `${best} frames late`);
    });
  }
}

test('who joins at any page hears every frame from there on, and no decoder complains', (t) => {
  const format = opusFormat(STEREO, SETTINGS);
  const samples = sines(TONES, 8);
  const encoder = format.createEncoder();
  const pages = encode(encoder, samples, STEREO);
  const whole = toFloats(ffmpeg(Buffer.concat([encoder.header(TAGS), ...pages])).bytes);
  const random = randomNumbers(1);
  for (let join = 0; join < 25; join++) {
    const first = Math.floor(random() * (pages.length - 50));
    const count = 20 + Math.floor(random() * 30);
    const heard = pages.slice(first, first + count);
    const bytes = Buffer.concat([encoder.header(TAGS), ...heard]);
    for (const decoder of [ffmpeg, opusdec]) {
      const { bytes: raw, complaints } = decoder(bytes);
      const decoded = toFloats(raw);
      const where = `${decoder.name}, page ${first} and ${count} in all`;
      t.is(complaints, '', where);
      t.is(decoded.length / 2, count * PACKET_FRAMES - PRE_SKIP, where);
      // After a while a decoder that began in the middle has the same as one that began at the beginning.
      const apart = distance(decoded, whole.subarray(2 * first * PACKET_FRAMES), WARM_FRAMES, decoded.length / 2);
      t.true(apart < EXACT, `${where}: ${apart} apart`);
    }
  }
});

for (const rateHz of [44100, 48000]) {
  test(`${rateHz} Hz: blocks of any length give the same packets`, (t) => {
    const pcm = { rateHz, channels: 2 };
    const format = opusFormat(pcm, SETTINGS);
    const samples = sines(TONES, 3, rateHz);
    const packets = (bytes: Buffer[]) => findOggPages(Buffer.concat(bytes)).map(({ packets: [packet] }) => packet);
    const expected = packets(stream(format, samples, pcm).pages);
    const random = randomNumbers(2);
    // Of 20 ms each, in which a converter may give one packet, two or none; and of any length.
    for (const blockSamples of [() => rateHz / 25, () => 2 * Math.floor(random() * 3000)]) {
      const encoder = format.createEncoder();
      const pages: Buffer[] = [];
      for (let at = 0; at < samples.length; ) {
        const length = blockSamples();
        pages.push(...encoder.encode(samples.subarray(at, at + length)));
        at += length;
      }
      const made = packets(pages);
      t.true(expected.length - made.length <= 1);
      t.deepEqual(made, expected.slice(0, made.length));
    }
  });
}

test('what is no number or too loud does no harm', (t) => {
  const samples = sines(TONES, 1);
  for (const [index, value] of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30, -5].entries())
    samples.fill(value, 10_000 * (index + 1), 10_000 * (index + 1) + 500);
  const { bytes, complaints } = ffmpeg(stream(opusFormat(STEREO, SETTINGS), samples).bytes);
  t.is(complaints, '');
  t.true(toFloats(bytes).every((value) => Math.abs(value) < 2));
});

test('for Icecast: a chain in which no frame is lost or heard twice at a new title', (t) => {
  const format = opusFormat(STEREO, SETTINGS);
  const { bytes, pages } = stream(format, sines(TONES, 4));
  const titles = new Map([
    [60, 'second'],
    [61, 'third'],
    [150, 'fourth'],
  ]);
  const icecast = format.icecast?.start();
  if (!icecast) throw new Error('Icecast takes Opus');
  const sent = [icecast.header(TAGS)];
  for (const [index, page] of pages.entries()) {
    const title = titles.get(index);
    if (title) sent.push(icecast.header({ ...TAGS, title }));
    sent.push(icecast.frame(page));
  }
  const chain = Buffer.concat(sent);
  const found = findOggPages(chain);
  t.is(found.filter(({ first }) => first).length, 4);
  t.is(found.filter(({ last }) => last).length, 3);
  for (const title of titles.values()) t.true(chain.includes(`TITLE=${title}`));
  const whole = toFloats(ffmpeg(bytes).bytes);
  for (const decoder of [ffmpeg, opusdec]) {
    const { bytes: raw, complaints } = decoder(chain);
    const decoded = toFloats(raw);
    t.is(complaints, '', decoder.name);
    // The last page is still held back.
    t.is(decoded.length / 2, (pages.length - 1) * PACKET_FRAMES - PRE_SKIP, decoder.name);
    const apart = distance(decoded, whole, 0, decoded.length / 2);
    t.true(apart < EXACT, `${decoder.name}: ${apart} apart`);
  }
});

test('what libopus refuses is said when the format is made', (t) => {
  t.throws(() => opusFormat(STEREO, { ...SETTINGS, bitrateKbps: 0 }), { message: /Opus refuses .* 0 kbit\/s/ });
});

test('music takes no more than the format says, and one page no more than twice as much', (t) => {
  const format = opusFormat(STEREO, SETTINGS);
  const random = randomNumbers(3);
  const noise = Float32Array.from({ length: 2 * 96_000 }, () => random() - 0.5);
  const { pages } = stream(format, noise);
  t.true(pages.reduce((sum, page) => sum + page.length, 0) / 2 < format.bytesPerSecond);
  t.true(Math.max(...pages.map((page) => page.length)) < (2 * format.bytesPerSecond) / 50);
});
