import test from 'ava';
import fc from 'fast-check';
import { RecentChunks } from '../../src/connections/recent-chunks.ts';

const KEEP_MS = 100;
const KEEP_BYTES = 300;

test('H7: every byte that is still held is found in its chunk and with its time, and nothing else is', (t) => {
  const push = fc.record({
    bytes: fc.integer({ min: 1, max: 90 }),
    passedMs: fc.nat(60),
    joinable: fc.boolean(),
    anew: fc.nat(20).map((number) => number === 0),
  });
  const pushes = fc.array(push, { maxLength: 700, size: 'max' });
  fc.assert(
    fc.property(pushes, (steps) => {
      const recent = new RecentChunks(KEEP_MS, KEEP_BYTES);
      let all: Array<{ chunk: Buffer; offset: number; atMs: number; joinable: boolean }> = [];
      let nowMs = 0;
      let endOffset = 0;
      let anewAt = 0;
      for (const { bytes, passedMs, joinable, anew } of steps) {
        nowMs += passedMs;
        const chunk = Buffer.alloc(bytes, all.length);
        if (anew) {
          recent.beginAnew();
          anewAt = endOffset;
        }
        recent.push(chunk, nowMs, joinable);
        all.push({ chunk, offset: endOffset, atMs: nowMs, joinable });
        endOffset += bytes;
        all = all.filter(
          (one) => one.atMs >= nowMs - KEEP_MS && endOffset - one.offset - one.chunk.length <= KEEP_BYTES,
        );
        const first = all[0]?.offset ?? endOffset;
        if (recent.endOffset !== endOffset || recent.startOffset !== first) return false;
        for (const sinceMs of [nowMs - KEEP_MS, nowMs - 30, nowMs, nowMs + 1]) {
          const begin = all.find((one) => one.joinable && one.atMs >= sinceMs && one.offset >= anewAt);
          if (recent.joinOffset(sinceMs) !== (begin?.offset ?? endOffset)) return false;
        }
        if (recent.at(first - 1) !== undefined || recent.at(endOffset) !== undefined) return false;
        if (recent.timeAt(endOffset) !== undefined || recent.timeAt(0) !== all[0]?.atMs) return false;
      }
      return all.every((one) =>
        [0, one.chunk.length - 1].every((from) => {
          const found = recent.at(one.offset + from);
          return found?.chunk === one.chunk && found.from === from && recent.timeAt(one.offset + from) === one.atMs;
        }),
      );
    }),
  );
  t.pass();
});

test('it holds a bounded number of bytes whatever is pushed, and whenever', (t) => {
  const recent = new RecentChunks(KEEP_MS, KEEP_BYTES);
  for (let round = 0; round < 2000; round += 1) recent.push(Buffer.alloc(50), 0);
  t.is(recent.endOffset - recent.startOffset, KEEP_BYTES + 50);
  recent.push(Buffer.alloc(10), KEEP_MS + 1);
  t.is(recent.endOffset - recent.startOffset, 10);
});
