import { setTimeout as sleep } from 'node:timers/promises';
import { type Box, startBox } from '../../test/support/box.ts';
import { type Listening, listen } from '../../test/support/listener.ts';
import { until } from '../../test/support/processes.ts';
import { type BoxClock, type Joined, type JoinPlan, join } from './join.ts';
import type { BoxFacts } from './judge.ts';
import { FORMAT_READERS } from './received.ts';

/** How many join, and how. */
export interface JoinsOptions {
  /** How many join at a random moment, of each format. */
  readonly joins: number;
  /** How many of them are there at the same time, of all formats together. */
  readonly atOnce: number;
  /** How many of them come when nobody listens, so that the encoder begins with them. They have no reference. */
  readonly first: number;
  /** How many of them are there when the box stops. */
  readonly last: number;
  /** How long they listen at most, ms. */
  readonly listenMs: number;
  /** `listeners.coalesce_ms`. */
  readonly coalesceMs: number;
}

/** What came of one join; `error` when there was no stream. */
export interface Outcome {
  readonly plan: JoinPlan;
  readonly joined?: Joined;
  readonly error?: string;
  /** All sound that the reference listener of the format received; undefined for those who came first. */
  readonly reference?: Buffer;
}

/** The least that somebody listens, ms. */
const MIN_LISTEN_MS = 300;
/** The most that is asked for as burst, and the most that the box gives as it is set, ms. */
const MOST_BURST_MS = 2000;
/** The most that somebody waits before it joins, ms. */
const PAUSE_MS = 200;
/** Of those who come when nobody listens, so many come while the encoder catches up with the burst of the first of them. */
const TOGETHER = 3;
/** It takes about so long over that, ms. */
const CATCH_UP_MS = 30;
/** How long an encoder needs to end after its last listener, when it does not linger, ms. */
const END_MS = 100;

/** Lets many join a box of its own at random moments, first when nobody listens, then beside others, then until the box stops. */
export async function joinMany(
  options: JoinsOptions,
): Promise<{ box: BoxFacts; channels: number; outcomes: Outcome[] }> {
  const { joins, atOnce, first, last, listenMs, coalesceMs } = options;
  const box = await startBox(`[input]
source = "demo"
[listeners]
max = 1000
max_per_address = 1000
coalesce_ms = ${coalesceMs}
linger_s = 0
`);
  const references = new Map<string, Listening>();
  try {
    const { programme, formats } = await box.status();
    const clock = await startClock(box, references);
    // From now on everybody can be given what it asks for.
    await sleep(MOST_BURST_MS);
    const facts = {
      rateHz: programme.rateHz,
      burstMs: 1000,
      coalesceMs,
      metaSamples: await metaSamples(box, programme.rateHz),
    };
    const somebody = (format: string, index: number): JoinPlan => ({
      format,
      ...[{}, { burstMs: 0 }, { burstMs: Math.round(Math.random() * MOST_BURST_MS) }][index % 3],
      ...(format === 'mp3' && index % 4 === 3 && { titles: true }),
      listenMs: MIN_LISTEN_MS + Math.random() * (listenMs - MIN_LISTEN_MS),
    });
    const outcomes: Outcome[] = [];
    const attempt = async (plan: JoinPlan) => {
      try {
        outcomes.push({ plan, joined: await join(box.port, plan, clock) });
      } catch (error) {
        outcomes.push({ plan, error: (error as Error).message });
      }
    };
    const plans = (count: number) =>
      formats.flatMap(({ id }) => Array.from({ length: count }, (_, index) => somebody(id, index)));

    const firstOnes = formats.map(async ({ id }) => {
      for (let index = 0; index < first; index += TOGETHER) {
        const group = Array.from({ length: Math.min(TOGETHER, first - index) }, async (_, member) => {
          await sleep(Math.random() * CATCH_UP_MS);
          await attempt(somebody(id, index + member));
        });
        await Promise.all(group);
        await sleep(END_MS);
      }
    });
    await Promise.all(firstOnes);
    const alone = outcomes.length;
    for (const { id } of formats)
      if (!references.has(id)) references.set(id, listen(box.port, `/stream.${id}?burst=${MOST_BURST_MS}`));
    await sleep(PAUSE_MS);

    const todo = shuffled(plans(joins - first - last));
    const worker = async () => {
      for (let plan = todo.pop(); plan; plan = todo.pop()) {
        await sleep(Math.random() * PAUSE_MS);
        await attempt(plan);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));

    const toTheEnd = plans(last).map(async (plan) => {
      await sleep(Math.random() * PAUSE_MS);
      const { listenMs: _, ...endless } = plan;
      await attempt(endless);
    });
    await sleep(PAUSE_MS + facts.burstMs);
    await box.stop();
    await Promise.all(toTheEnd);
    const heard = new Map([...references].map(([id, { body }]) => [id, FORMAT_READERS[id]?.read(body()).sound]));
    return {
      box: facts,
      channels: programme.channels,
      outcomes: outcomes.map((outcome, index) => {
        const reference = index < alone ? undefined : heard.get(outcome.plan.format);
        return { ...outcome, ...(reference && { reference }) };
      }),
    };
  } finally {
    await box.stop();
    for (const { stop } of references.values()) stop();
  }
}

/** The reference listener of the WAV stream, by which the time is told: it counts what it received, in samples. */
async function startClock(box: Box, references: Map<string, Listening>): Promise<BoxClock> {
  const listening = listen(box.port, '/stream.wav?burst=0');
  references.set('wav', listening);
  const bytes = () => listening.arrivals.at(-1)?.bytes ?? 0;
  await until('the clock runs', () => bytes() > 44);
  const frameBytes = listening.body().readUInt16LE(32);
  return () => Math.floor((bytes() - 44) / frameBytes);
}

/** Sound between two titles, in samples. */
async function metaSamples({ url, status }: Box, rateHz: number): Promise<number> {
  const { headers } = await fetch(`${url}/stream.mp3`, { method: 'HEAD', headers: { 'Icy-MetaData': '1' } });
  const bytesPerSecond = (await status()).formats.find(({ id }) => id === 'mp3')?.bytesPerSecond ?? Number.NaN;
  return (Number(headers.get('icy-metaint')) / bytesPerSecond) * rateHz;
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
