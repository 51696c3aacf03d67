import type { SourceActivity, SourcePulse } from '../../capture/supervisor.ts';

/** Counters of one format: its encoder, and what its connections were given. */
export interface FeedPulse {
  readonly id: string;
  /** How often its encoder has been started: the counters of different runs are not compared. */
  readonly run: number;
  /** Chunks that the encoder has finished. */
  readonly chunks: number;
  /** Bytes that were handed to the listeners' connections. */
  readonly sentBytes: number;
}

/** What shows that the box on air moves. */
export interface Vitals {
  /** When it went on air: the counters of different appliances are not compared, ms. */
  readonly sinceMs: number;
  readonly rateHz: number;
  readonly programme: { readonly framesSent: number; readonly skippedMs: number; readonly lagMs: number };
  readonly source: SourcePulse;
  /** How long a capture thread that was asked to end has not done so, ms. */
  readonly closingMs: number;
  /** The formats whose encoder runs. */
  readonly feeds: readonly FeedPulse[];
}

/** One look at the box. */
export interface Look {
  /** On a monotonic clock, ms. */
  readonly atMs: number;
  /** By how much the event loop was late at worst since the last look, ms. */
  readonly lagMs: number;
  /** How long nothing has been on air, as in a restart, ms. */
  readonly offAirMs: number;
  /** Absent while nothing is on air. */
  readonly vitals?: Vitals | undefined;
}

/** Something that stands still although it should move. */
export interface Standstill {
  /** What does: the same for as long as it does. */
  readonly what: string;
  /** In words, with figures. */
  readonly words: string;
}

/** From here on the event loop does not turn, ms. */
export const MAX_LAG_MS = 2000;
/** From here on what was sent ends too far in the past, ms. */
export const MAX_PROGRAMME_LAG_MS = 2000;
/** Looks that are closer together say nothing about what moves in between, ms. */
export const MIN_SPAN_MS = 2000;
/** The programme may be uneven, but over a span it must send at least this part of it. */
const MIN_SENT_SHARE = 0.5;
/** A restart from the desk takes about two seconds, ms. */
export const MAX_OFF_AIR_MS = 20_000;
/** A thread that was asked to end looks at it once a period; a driver may take a while to close, ms. */
export const MAX_CLOSING_MS = 10_000;

/**
 * How long the source may give no sign of life, by what it is doing, ms. A capture thread ends by itself when the card delivers
 * nothing for 0.5 s, or for 3 s after a start, and a suspended card is given another second: a thread that neither delivers
 * nor ends for longer hangs in the driver. Opening a card, and asking all of them, may take as long as USB needs.
 */
export const MAX_QUIET_MS: Readonly<Record<SourceActivity, number>> = {
  nothing: Number.POSITIVE_INFINITY,
  waiting: 5000,
  looking: 15_000,
  opening: 15_000,
  capturing: 5000,
};

const QUIET_WORDS: Readonly<Record<SourceActivity, string>> = {
  nothing: '',
  waiting: 'the source should have been opened again',
  looking: 'the sound cards have not answered',
  opening: 'the source has neither been opened nor refused',
  capturing: 'the capture has neither delivered sound nor ended',
};

/**
 * Says what stands still. That the box has no card, is lost, on fallback or silent is no standstill: something moves in each
 * of these states, and this is what is asked for here.
 *
 * @param before an earlier look, if there is one
 */
export function judge(now: Look, before: Look | undefined): Standstill[] {
  const found: Standstill[] = [];
  const add = (what: string, words: string) => void found.push({ what, words });
  if (now.lagMs >= MAX_LAG_MS) add('event loop', `the event loop was held up for ${seconds(now.lagMs)}`);
  const { vitals } = now;
  if (!vitals) {
    if (now.offAirMs >= MAX_OFF_AIR_MS) add('restart', `nothing has been on air for ${seconds(now.offAirMs)}`);
    return found;
  }
  const { programme, source, closingMs } = vitals;
  if (programme.lagMs >= MAX_PROGRAMME_LAG_MS)
    add('programme', `the programme has stood still for ${seconds(programme.lagMs)}`);
  if (source.quietMs >= MAX_QUIET_MS[source.doing])
    add('source', `${QUIET_WORDS[source.doing]} for ${seconds(source.quietMs)}`);
  if (closingMs >= MAX_CLOSING_MS) add('closing', `a capture has not come to its end for ${seconds(closingMs)}`);
  return [...found, ...compare(now, before)].filter(
    ({ what }, index, all) => all.findIndex((other) => other.what === what) === index,
  );
}

/** What has not moved since an earlier look. */
function compare(now: Look, before: Look | undefined): Standstill[] {
  const spanMs = before ? now.atMs - before.atMs : 0;
  if (!now.vitals || !before?.vitals || spanMs < MIN_SPAN_MS || before.vitals.sinceMs !== now.vitals.sinceMs) return [];
  const { programme, rateHz, feeds } = now.vitals;
  const { programme: earlier, feeds: earlierFeeds } = before.vitals;
  const sentMs = ((programme.framesSent - earlier.framesSent) * 1000) / rateHz;
  const doneMs = sentMs + programme.skippedMs - earlier.skippedMs;
  if (doneMs < spanMs * MIN_SENT_SHARE) {
    const words = `the programme sent only ${seconds(doneMs)} of sound in ${seconds(spanMs)}`;
    return [{ what: 'programme', words }]; // No encoder can move without it.
  }
  return feeds.flatMap(({ id, run, chunks, sentBytes }): Standstill[] => {
    const other = earlierFeeds.find((feed) => feed.id === id && feed.run === run);
    if (!other) return [];
    const still = (what: string): Standstill => ({ what, words: `${what} has stood still for ${seconds(spanMs)}` });
    if (chunks <= other.chunks) return [still(`the ${id} encoder`)];
    return sentBytes <= other.sentBytes ? [still(`the sending of ${id}`)] : [];
  });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
