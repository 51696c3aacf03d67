import test from 'ava';
import { runScript, scriptedCards } from './_cards.ts';
import type { LifecycleTask } from './_lifecycle.ts';

const cards = scriptedCards();
const stages: LifecycleTask['stage'][] = [
  'opening',
  'opened',
  'reading',
  'closing',
  'closed',
  'failed',
  'hanging',
  'job',
];
const ends: LifecycleTask['end'][] = ['exit', 'natural', 'worker exit', 'worker terminate', 'worker natural'];

for (const stage of stages)
  for (const end of ends)
    test(`${stage}, then ${end}`, async (t) => {
      const { stdout, ...how } = await runScript('_lifecycle.ts', { stage, end }, await cards);
      t.deepEqual(how, { code: 0, signal: null, stderr: '' });
      t.is(stdout, end === 'exit' ? '' : 'ended\n');
    });

test('what wake throws is an uncaught exception', async (t) => {
  const { code, stdout } = await runScript('_lifecycle.ts', { stage: 'thrown', end: 'natural' }, await cards);
  t.is(code, 0);
  t.is(stdout, 'uncaught: thrown by wake\n');
});
