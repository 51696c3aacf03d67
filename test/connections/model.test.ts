import test from 'ava';
import fc from 'fast-check';
import { turns, within } from './sockets.ts';
import { type Act, failures, IDS, LIMIT_MS, STALL_MS, type Way, World } from './world.ts';

const id = fc.nat(IDS.length - 1);
const who = fc.nat(20);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      id,
      room: fc.constantFrom(0, 30, 200, 1e6),
      head: fc.boolean(),
      burst: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('addAgain' as const), id, who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), id }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('broadcast' as const), bytes: fc.integer({ min: 8, max: 60 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('fin', 'rst', 'destroy', 'badWrite'), who }) },
);
const rareClose: fc.Arbitrary<Act> = fc.oneof(
  { weight: 60, arbitrary: act },
  { weight: 1, arbitrary: fc.constant({ kind: 'close' as const }) },
);
const grant: fc.Arbitrary<Act> = fc.record({
  kind: fc.constant('grant' as const),
  who,
  bytes: fc.integer({ min: 1, max: 150 }),
});
/** An act, a turn of the event loop, or time that passes. */
const step = fc.oneof(
  { weight: 8, arbitrary: rareClose },
  { weight: 2, arbitrary: grant },
  { weight: 3, arbitrary: fc.constant('turn' as const) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: STALL_MS }) },
);

test('H1, H5, H7, H8, H10, H11: any interleaving, callbacks and deaths inside callbacks included, does what a list would', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 60 }),
      fc.array(rareClose, { maxLength: 12 }),
      fc.constantFrom<Way[]>('write', 'send', 'pass'),
      async (steps, reactions, way) => {
        failures.length = 0;
        const world = new World(way);
        world.reactions.push(...reactions);
        for (const one of steps) {
          if (one === 'turn') await turns(1);
          else if (typeof one === 'number') world.clock.ms += one;
          else world.do(one);
          world.check();
        }
        await settle(world);
        world.reactions.length = 0;
        // Nobody takes anything now: whoever waits must go, and nobody else.
        world.clock.ms += LIMIT_MS + 1;
        const overdue = world.overdue();
        world.do({ kind: 'broadcast', bytes: 8 });
        await settle(world);
        const listed = world.manager.snapshot().map((state) => state.id);
        if (overdue.some((one) => listed.includes(one))) throw new Error(`still listed: ${overdue} in ${listed}`);
        // Everybody takes everything.
        for (const { fake } of world.lives) fake.grant(1e6);
        // Whom the pass serves is offered what it lacks with the next chunk.
        world.do({ kind: 'broadcast', bytes: 8 });
        await settle(world);
        world.checkComplete();
        world.do({ kind: 'close' });
        await within('close() ends', world.manager.close(0));
        world.checkComplete();
        if (failures.length > 0) throw new Error(failures.join('; '));
      },
    ),
    { numRuns: 10000 },
  );
  t.pass();
});

async function settle(world: World): Promise<void> {
  await turns(5);
  world.check();
}
