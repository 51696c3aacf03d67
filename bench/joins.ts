import { joinMany } from './joins/listeners.ts';
import { PROOF_HEAD, prove } from './joins/proof.ts';
import { describeMachine } from './machine.ts';
import { numberOptions } from './options.ts';
import { table } from './table.ts';

/*
 * Whether somebody who joins at any moment hears every format as its decoders want it: whole frames from the first byte to the
 * last, without a word from any decoder, as many as there was time, and the same as everybody else. Ends with code 1 when not.
 */

const {
  joins,
  'at-once': atOnce,
  'listen-ms': listenMs,
  'coalesce-ms': coalesceMs,
  'rate-hz': rateHz,
  bits,
} = numberOptions({ joins: 200, 'at-once': 24, 'listen-ms': 3000, 'coalesce-ms': 0, 'rate-hz': 48_000, bits: 16 });
console.log(`${describeMachine()}\n${joins} joins of each format, ${atOnce} at once, of 300 to ${listenMs} ms.`);

const tenth = Math.ceil(joins / 10);
const { box, channels, outcomes } = await joinMany({
  joins,
  atOnce,
  first: tenth,
  last: tenth,
  listenMs,
  coalesceMs,
  rateHz,
  bits,
});
const { rows, faults } = await prove(outcomes, box, channels);
console.log(
  `\nWorst differences in samples at ${box.rateHz} Hz; time is told by the WAV stream, in steps of 10 ms and what is held back:\n\n${table(PROOF_HEAD, rows)}`,
);
if (faults.length > 0) {
  console.log(`\n${faults.length} of ${outcomes.length} did not receive what they should:\n${faults.join('\n')}`);
  process.exitCode = 1;
}
