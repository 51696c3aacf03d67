import test from 'ava';
import { readKb, readMemory, readThreadsMs, threadsDelta } from '../../bench/cost/proc.ts';

test('kilobytes of the kernel are 1024 bytes', (t) => {
  t.is(readKb('Rss:   1000 kB\nPss:    500 kB\n', 'Pss'), 0.512);
  t.throws(() => readKb('Rss: 1 kB\n', 'Pss'), { message: /no Pss/ });
});

test('CPU time between two readings, with a thread that came and one that went', (t) => {
  const before = new Map([
    ['1', { name: 'node', ms: 5 }],
    ['2', { name: 'gone', ms: 9 }],
  ]);
  const after = new Map([
    ['1', { name: 'node', ms: 8 }],
    ['3', { name: 'new', ms: 10 }],
  ]);
  t.deepEqual(threadsDelta(before, after), {
    totalMs: 13,
    threads: [
      { name: 'new', ms: 10 },
      { name: 'node', ms: 3 },
    ],
  });
});

test('our own process has memory, and uses CPU', (t) => {
  const { rssMb, pssMb } = readMemory(process.pid);
  t.true(rssMb > 10 && pssMb > 0 && pssMb <= rssMb * 1.05, `${rssMb} ${pssMb}`);
  const before = readThreadsMs(process.pid);
  for (const end = performance.now() + 50; performance.now() < end; );
  const { totalMs } = threadsDelta(before, readThreadsMs(process.pid));
  t.true(totalMs > 10 && totalMs < 1000, `${totalMs} ms`);
});
