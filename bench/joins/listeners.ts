import { setTimeout as sleep } from 'node:timers/promises';
import { type Box, startBox } from '../../test/support/box.ts';
import { type Listening, listen } from '../../test/support/listener.ts';
import { until } from '../../test/support/processes.ts';
import { type BoxClock, type Joined, type JoinPlan, join } from './join.ts';
import type { BoxFacts } from './judge.ts';
import { readerOf } from './received.ts';

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
  /** `input.rate_hz`. */
  readonly rateHz: number;
  /** Sample size of FLAC and WAV. */
  readonly bits: number;
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
/** `listeners.burst_ms`. */
const BURST_MS = 1000;
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

/** A box on air, and who joins it. */
interface Stage {
  readonly box: Box;
  readonly facts: BoxFacts;
  readonly channels: number;
  readonly formats: readonly string[];
  /** Who is there all the time, by format. */
  readonly references: Map<string, Listening>;
  /** What came of those who joined so far. */
  readonly outcomes: Outcome[];
  /** Joins as the plan says, and notes what comes of it. */
  attempt(plan: JoinPlan): Promise<void>;
  /** How somebody joins: each in another way. */
  plan(format: string, index: number): JoinPlan;
}

/** Lets many join a box of its own at random moments, first when nobody listens, then beside others, then until the box stops. */
export async function joinMany(
  options: JoinsOptions,
): Promise<{ box: BoxFacts; channels: number; outcomes: Outcome[] }> {
  const stage = await openStage(options);
  const { box, facts, channels, references, outcomes } = stage;
  try {
    await joinFirst(stage, options.first);
    const alone = outcomes.length;
    await joinBeside(stage, options.joins - options.first - options.last, options.atOnce);
    await joinLast(stage, options.last);
    const heard = new Map<string, Buffer>();
    for (const [id, { body }] of references) {
      try {
        heard.set(id, readerOf(id).read(body()).sound);
      } catch (error) {
        outcomes.push({ plan: { format: id }, error: `who was there all the time: ${(error as Error).message}` });
      }
    }
    const complete = outcomes.map((outcome, index) => {
      const reference = index < alone ? undefined : heard.get(outcome.plan.format);
      return { ...outcome, ...(reference && { reference }) };
    });
    return { box: facts, channels, outcomes: complete };
  } finally {
    await box.stop();
    for (const { stop } of references.values()) stop();
  }
}

async function openStage({ coalesceMs, listenMs, rateHz, bits }: JoinsOptions): Promise<Stage> {
  const box = await startBox(`[input]
source = "demo"
rate_hz = ${rateHz}
[flac]
bits = ${bits}
[wav]
bits = ${bits}
[listeners]
burst_ms = ${BURST_MS}
max = 1000
max_per_address = 1000
coalesce_ms = ${coalesceMs}
linger_s = 0
`);
  try {
    const { programme, formats } = await box.status();
    const references = new Map<string, Listening>();
    const outcomes: Outcome[] = [];
    const clock = await startClock(box, references);
    // From now on everybody can be given what it asks for.
    await sleep(MOST_BURST_MS);
    const metaSamples = await samplesBetweenTitles(box, programme.rateHz);
    return {
      box,
      facts: { rateHz: programme.rateHz, burstMs: BURST_MS, coalesceMs, metaSamples },
      channels: programme.channels,
      formats: formats.map(({ id }) => id),
      references,
      outcomes,
      async attempt(plan) {
        try {
          outcomes.push({ plan, joined: await join(box.port, plan, clock) });
        } catch (error) {
          outcomes.push({ plan, error: (error as Error).message });
        }
      },
      plan: (format, index) => ({
        format,
        ...[{}, { burstMs: 0 }, { burstMs: Math.round(Math.random() * MOST_BURST_MS) }][index % 3],
        ...(format === 'mp3' && index % 4 === 3 && { titles: true }),
        listenMs: MIN_LISTEN_MS + Math.random() * (listenMs - MIN_LISTEN_MS),
      }),
    };
  } catch (error) {
    await box.stop();
    throw error;
  }
}

/** Some of each format join when nobody else hears it. */
async function joinFirst({ formats, attempt, plan }: Stage, count: number): Promise<void> {
  const groups = async (format: string) => {
    for (let index = 0; index < count; index += TOGETHER) {
      const members = Array.from({ length: Math.min(TOGETHER, count - index) }, async (_, member) => {
        await sleep(Math.random() * CATCH_UP_MS);
        await attempt(plan(format, index + member));
      });
      await Promise.all(members);
      await sleep(END_MS);
    }
  };
  await Promise.all(formats.map(groups));
}

/** Some of each format join beside somebody who hears it all the time. */
async function joinBeside({ box, formats, references, attempt, plan }: Stage, count: number, atOnce: number) {
  for (const id of formats) {
    if (!references.has(id)) references.set(id, listen(box.port, `/stream.${id}?burst=${MOST_BURST_MS}`));
  }
  await sleep(PAUSE_MS);
  const todo = shuffled(formats.flatMap((id) => Array.from({ length: count }, (_, index) => plan(id, index))));
  const worker = async () => {
    for (let next = todo.pop(); next; next = todo.pop()) {
      await sleep(Math.random() * PAUSE_MS);
      await attempt(next);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Some of each format join and stay until the box stops. */
async function joinLast({ box, formats, attempt, plan }: Stage, count: number): Promise<void> {
  const all = formats.flatMap((id) =>
    Array.from({ length: count }, async (_, index) => {
      await sleep(Math.random() * PAUSE_MS);
      const { listenMs: _listenMs, ...endless } = plan(id, index);
      await attempt(endless);
    }),
  );
  await sleep(PAUSE_MS + BURST_MS);
  await box.stop();
  await Promise.all(all);
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
async function samplesBetweenTitles({ url, status }: Box, rateHz: number): Promise<number> {
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
