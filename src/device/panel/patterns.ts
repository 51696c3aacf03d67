import type { SourceStatus } from '../../capture/supervisor.ts';
import type { ProgrammeStatus } from '../../programme/programme.ts';

/** What the status LED tells. */
export type LampKind = 'starting' | 'live' | 'silent' | 'clipping' | 'lost' | 'no-device' | 'fault' | 'updating';

/** What the LED shows: one of those, or that the box is being shut down. */
export type PatternName = LampKind | 'stopping';

/** The box on air, as far as the LED is concerned: taken from snapshots. */
export interface AirFacts {
  readonly state: ProgrammeStatus['state'];
  readonly level?: ProgrammeStatus['level'];
  /** Why it is not live. */
  readonly cause?: string;
  readonly kind?: SourceStatus['kind'];
  /** The configured source: the demo signal is no fault where it is wanted. */
  readonly wanted: string;
  /** Something stands still that must not, or is broken otherwise. */
  readonly fault: boolean;
}

/** What the LED follows from. */
export interface LampFacts {
  /** The box's software is being replaced: it must not be unplugged. */
  readonly updating: boolean;
  /** Absent until the box is on air, and in a restart. */
  readonly onAir?: AirFacts | undefined;
}

/** There is nothing to take sound from, whatever else is said. */
const NO_DEVICE: readonly string[] = ['absent', 'unplugged'];

/** What the LED tells, from what is known of the box. Of several things the one that somebody should act on first. */
export function lampKind({ updating, onAir }: LampFacts): LampKind {
  if (updating) return 'updating';
  if (!onAir) return 'starting';
  if (onAir.fault) return 'fault';
  if (onAir.state === 'live') {
    if (onAir.kind === 'demo' && onAir.wanted !== 'demo') return 'no-device';
    if (onAir.level === 'clipping') return 'clipping';
    return onAir.level === 'silent' || onAir.level === 'zeros' ? 'silent' : 'live';
  }
  if (NO_DEVICE.includes(onAir.cause ?? '')) return 'no-device';
  return onAir.state === 'starting' ? 'starting' : 'lost';
}

/** The pace of the LED: it changes at most so often, ms. */
export const TICK_MS = 100;

/**
 * How the LED shows each: times in ms, alight and dark in turn, over and over. They are told apart by their rhythm alone, for who
 * sees neither its colour nor anything else of the box: by how many flashes belong together, by whether light or dark is the rule,
 * by pace.
 *
 * | | the LED |
 * |---|---|
 * | `live` | is alight, with a short wink every 3 s |
 * | `silent` | is dark, with one short flash every 3 s |
 * | `clipping` | flickers fast, without a pause |
 * | `lost` | flashes twice, pauses |
 * | `no-device` | flashes three times, pauses |
 * | `fault` | three long flashes, a short pause |
 * | `starting` | is alight and dark in turn, half a second each |
 * | `updating` | a long flash and a short one in turn |
 * | `stopping` | flickers as fast as it can, then goes out |
 *
 * An LED that is alight without any wink, or dark for good, belongs to a box that does not run.
 */
export const PATTERNS: Readonly<Record<PatternName, readonly number[]>> = {
  live: [2800, 200],
  silent: [200, 2800],
  clipping: [200, 200],
  lost: [200, 300, 200, 1500],
  'no-device': [200, 300, 200, 300, 200, 1500],
  fault: [900, 300, 900, 300, 900, 900],
  starting: [500, 500],
  updating: [900, 300, 200, 300],
  stopping: [100, 100],
};

/** Whether the LED is alight so many ticks after a pattern began. */
export function isLit(name: PatternName, tick: number): boolean {
  const times = PATTERNS[name];
  let leftMs = (tick * TICK_MS) % times.reduce((sum, ms) => sum + ms, 0);
  for (const [index, ms] of times.entries()) {
    if (leftMs < ms) return index % 2 === 0;
    leftMs -= ms;
  }
  return false;
}
