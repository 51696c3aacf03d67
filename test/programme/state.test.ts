import test from 'ava';
import fc from 'fast-check';
import { nextState, type ProgrammeState } from '../../src/programme/state.ts';

const GRACE_MS = 5000;
const STATES: ProgrammeState[] = ['starting', 'live', 'lost', 'fallback'];

for (const [state, flowing, silentForMs, expected] of [
  ['starting', false, 0, 'starting'],
  ['starting', false, 4999, 'starting'],
  ['starting', false, 5000, 'fallback'],
  ['starting', true, 0, 'live'],
  ['live', true, 0, 'live'],
  ['live', false, 10, 'lost'],
  ['live', false, 5000, 'fallback'],
  ['lost', false, 4999, 'lost'],
  ['lost', false, 5000, 'fallback'],
  ['lost', true, 0, 'live'],
  ['fallback', false, 10, 'fallback'],
  ['fallback', true, 0, 'live'],
] as const) {
  test(`${state}, ${flowing ? 'flowing' : `silent for ${silentForMs} ms`}: ${expected}`, (t) => {
    t.is(nextState(state, { flowing, silentForMs }, GRACE_MS), expected);
  });
}

test('a source that flows is live, and one that does not is not', (t) => {
  fc.assert(
    fc.property(fc.constantFrom(...STATES), fc.boolean(), fc.nat(10_000), (state, flowing, silentForMs) => {
      t.is(nextState(state, { flowing, silentForMs }, GRACE_MS) === 'live', flowing);
    }),
  );
  t.pass();
});

test('without a grace time the fallback begins at once', (t) => {
  t.is(nextState('live', { flowing: false, silentForMs: 0 }, 0), 'fallback');
});
