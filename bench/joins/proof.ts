import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cell } from '../table.ts';
import { type Decoders, makeDecoders } from './decoders.ts';
import { type BoxFacts, judge } from './judge.ts';
import type { Outcome } from './listeners.ts';

/** How many decoders run at the same time. */
const AT_ONCE = 2;

/** What one decoder said of all that was received of one format. */
interface Sum {
  joins: number;
  warnings: number;
  errors: number;
  /** Worst difference of what it decoded from what the frames say, in samples. */
  offDecoded: number;
  /** Worst difference of what the frames say from the time listened, beyond a step of the clock, in samples. */
  offTime: number;
}

/** What is said of all listeners together. */
export interface Proof {
  rows: Cell[][];
  /** What was wrong, a line for each listener, with the file that holds what it received. */
  faults: string[];
}

export const PROOF_HEAD = [
  'format',
  'joins',
  'decoder',
  'warnings',
  'errors',
  'decoded ≠ frames',
  'frames ≠ time listened',
];

/** Has everything that was received judged and decoded. What is wrong is kept in a temporary folder. */
export async function prove(outcomes: readonly Outcome[], box: BoxFacts, channels: number): Promise<Proof> {
  const sums = new Map<string, Sum>();
  const faults: string[] = [];
  let folder: string | undefined;
  const keep = (outcome: Outcome, index: number, what: readonly string[]) => {
    folder ??= mkdtempSync(join(tmpdir(), 'boardfeed-joins-'));
    const file = join(folder, `${index}.${outcome.plan.format}`);
    writeFileSync(file, outcome.joined?.body ?? '');
    faults.push(`${file} (${JSON.stringify(outcome.plan)}): ${what.join('; ')}`);
  };
  const todo = [...outcomes.entries()];
  const { decoders, remove } = await makeDecoders();
  const worker = async () => {
    for (let next = todo.shift(); next; next = todo.shift()) {
      const [index, outcome] = next;
      const found = await proveOne(outcome, box, channels, decoders, sums);
      if (found.length > 0) keep(outcome, index, found);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } finally {
    remove();
  }
  const rows = [...sums].sort().map(([name, { joins, warnings, errors, offDecoded, offTime }]) => {
    const [format = '', decoder = ''] = name.split('/');
    return [format, joins, decoder, warnings, errors, offDecoded, offTime].map(String);
  });
  return { rows, faults };
}

async function proveOne(
  outcome: Outcome,
  box: BoxFacts,
  channels: number,
  decoders: Decoders,
  sums: Map<string, Sum>,
): Promise<string[]> {
  const { plan, joined, error, reference } = outcome;
  if (!joined) return [error ?? 'no stream'];
  const { received, offSamples, faults } = judge(joined, box, reference);
  if (!received) return faults;
  for (const decoder of decoders[plan.format] ?? []) {
    const { samples, warnings, errors } = await decoder.decode(received.whole, channels);
    const name = `${plan.format}${plan.titles ? ' with titles' : ''}/${decoder.name}`;
    const sum = sums.get(name) ?? { joins: 0, warnings: 0, errors: 0, offDecoded: 0, offTime: 0 };
    sums.set(name, sum);
    sum.joins += 1;
    sum.warnings += warnings.length;
    sum.errors += errors.length;
    sum.offDecoded = worse(sum.offDecoded, samples - received.samples);
    sum.offTime = worse(sum.offTime, offSamples);
    for (const line of [...errors, ...warnings]) faults.push(`${decoder.name}: ${line}`);
    if (samples !== received.samples) faults.push(`${decoder.name} decoded ${samples} of ${received.samples} samples`);
  }
  return faults;
}

const worse = (a: number, b: number) => (Math.abs(b) > Math.abs(a) ? b : a);
