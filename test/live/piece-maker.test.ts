import test from 'ava';
import { type Piece, readPiece } from '../../src/live/message.ts';
import { PieceMaker } from '../../src/live/piece-maker.ts';

const PCM = { rateHz: 48_000, channels: 2 };
/** Behind the two or four bytes that a frame of a WebSocket has before its message. */
const pieceOf = (frame: Buffer): Piece => {
  const message = frame.subarray(frame[1] === 126 ? 4 : 2);
  const piece = readPiece(Uint8Array.from(message).buffer);
  if (!piece) throw new Error('no piece');
  return piece;
};
const block = (frames: number, left: number, right: number) =>
  Float32Array.from({ length: 2 * frames }, (_, index) => (index % 2 === 0 ? left : right));

test('PCM is what came in, at 16 bits, however it was cut', (t) => {
  const maker = new PieceMaker(PCM);
  const signal = Float32Array.from({ length: 9600 }, (_, index) => Math.sin(index / 7) * 1.1);
  const sounds: Buffer[] = [];
  for (let from = 0, length = 2; from < signal.length; from += length, length = ((length * 7) % 900) + 2) {
    length -= length % 2;
    const piece = maker.pcm(signal.subarray(from, from + length), from);
    if (piece) sounds.push(Buffer.from(pieceOf(piece).sound));
  }
  const sound = Buffer.concat(sounds);
  t.true(sound.length > 2 * signal.length - 2 * 960);
  for (let index = 0; index < sound.length / 2; index++) {
    const wanted = Math.max(-1, Math.min(32_767 / 32_768, signal[index] ?? 0));
    t.true(Math.abs(sound.readInt16LE(2 * index) / 32_768 - wanted) <= 0.5 / 32_768, `${index}`);
  }
});

test('levels are those of the sound since the last piece, each channel by itself', (t) => {
  const maker = new PieceMaker(PCM);
  maker.gauge(block(480, 0.5, -0.25));
  maker.gauge(block(480, -0.1, 0));
  const first = pieceOf(maker.packet(new Uint8Array(3), 77));
  t.is(first.atMs, 77);
  t.is(first.sound.length, 3);
  t.deepEqual(
    first.levels.map(({ peakDbfs }) => peakDbfs),
    [-6.02, -12.04],
  );
  t.deepEqual(
    first.levels.map(({ rmsDbfs }) => rmsDbfs),
    [-8.86, -15.05],
  );
  t.false(first.clipped);
  maker.gauge(block(480, 1, 0));
  const second = pieceOf(maker.packet(new Uint8Array(0), 78));
  t.deepEqual(
    second.levels.map(({ peakDbfs }) => peakDbfs),
    [0, -150],
  );
  t.true(second.clipped);
});

test('levels alone come 25 times a second', (t) => {
  const maker = new PieceMaker(PCM);
  const pieces = Array.from({ length: 100 }, (_, index) => maker.levels(block(480, 0.1, 0.1), index)).filter(Boolean);
  t.is(pieces.length, 25);
});
