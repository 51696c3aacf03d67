/** What must be left at the worst moment, ms. */
const SAFETY_MS = 18;
/** Arrivals are taken to differ by so much, ms, before anything was seen and when they differ less: a delay that rests is worth more. */
const LEAST_SPREAD_MS = 12;
/** The widest spread of arrivals that is waited for, ms. */
const MAX_SPREAD_MS = 400;
/** How long wide deviations are remembered, in buckets of so many ms. */
const BUCKET_MS = 10_000;
const BUCKETS = 18;
/** When the spread becomes less, the store follows so slowly that nobody hears it, ms for each second. */
const FALL_MS_PER_S = 0.1;
/** At the beginning browsers are busy with themselves: for so long deviations mean nothing, ms. */
const IGNORED_MS = 2000;
/** How fast the mean follows, ms. */
const MEAN_MS = 3000;
/**
 * When nothing was left, a little more is kept; when that happens again within a while, as much more as was missing. It is given back
 * by halves in the time after.
 */
const DRY_STEP_MS = { least: 4, most: 30 };
const DRY_AGAIN_MS = 60_000;
const DRY_HALF_LIFE_MS = 60_000;
/**
 * Correction of the speed for each ms of error, parts per million: more at the beginning, to find the drift soon, and less later, so that
 * the pitch rests.
 */
const GAIN_PPM = { first: 150, later: 40 };
const GAIN_FALLS_MS = 20_000;
/** The integral part that goes with it, so that a step of the drift is answered without swinging: gain² by this. */
const INTEGRAL_BY = 4000;
/** No listener hears a change of pitch of 0.1 %, that is 2 cents. */
const MAX_PPM = 1000;
/** A clock that is further off than this is broken, parts per million. */
const MAX_DRIFT_PPM = 600;
/** What is above the wanted store by more than this is left out instead of played faster, ms. */
const EXCESS_MS = 40;
/** So long after the very beginning it is looked once whether the first piece was a late one, ms, and how much is left as it is, ms. */
const SETTLED_MS = 1000;
const UNSETTLED_MS = 3;

/**
 * Decides how much sound is kept in store for a player, and at which speed it is played so that the store stays that size. The
 * store is as small as the spread of arrivals allows: it covers the network, the browser's own hiccups and the way in which it
 * fetches sound. The speed also follows the drift of the box's clock against that of the loudspeaker.
 *
 * *Slack* is what is left in store at the moment in which a piece arrives, before it is added.
 */
export class Pace {
  #mean = Number.NaN;
  /** When playing began for the first time, and for the last. */
  #startedMs = Number.NaN;
  #begunMs = 0;
  #settled = false;
  #lastMs = 0;
  /** How much the listener's clock is off, as far as that is known by now, parts per million. */
  #driftPpm = 0;
  #dryMs = 0;
  #driedAtMs = Number.NEGATIVE_INFINITY;
  /** The spread that is covered at present, ms. */
  #spreadMs = LEAST_SPREAD_MS;
  /** The widest deviation below the mean, of each bucket. */
  #deviations: number[] = [0];
  #bucketSinceMs = 0;
  #ppm = 0;

  /** What should be left when a piece arrives, on average, ms. */
  get targetMs(): number {
    return Math.min(MAX_SPREAD_MS, this.#spreadMs + this.#dryMs) + SAFETY_MS;
  }

  /** The speed at which to play: 1 is as it comes. */
  get speed(): number {
    return 1 + this.#ppm / 1e6;
  }

  /** How much of the store is to be left out because playing faster would not bring it down in good time, ms; as a rule nothing. */
  excessMs(slackMs: number, nowMs: number): number {
    if (slackMs > this.targetMs + EXCESS_MS) return slackMs - this.targetMs;
    if (this.#settled || Number.isNaN(this.#mean) || nowMs - this.#begunMs < SETTLED_MS) return 0;
    this.#settled = true;
    const excessMs = this.#mean - this.targetMs;
    return excessMs > UNSETTLED_MS ? excessMs : 0;
  }

  /** A piece has arrived. */
  arrived(slackMs: number, nowMs: number): void {
    if (Number.isNaN(this.#mean)) this.#begin(slackMs, nowMs);
    const elapsedMs = Math.min(1000, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    this.#mean += (slackMs - this.#mean) * Math.min(1, elapsedMs / MEAN_MS);
    this.#note(this.#mean - slackMs, nowMs);
    this.#spreadMs = Math.max(this.#spreadSeenMs(), this.#spreadMs - (FALL_MS_PER_S * elapsedMs) / 1000);
    this.#dryMs *= 0.5 ** (elapsedMs / DRY_HALF_LIFE_MS);
    const errorMs = this.#mean - this.targetMs;
    const falls = Math.exp(-(nowMs - this.#startedMs) / GAIN_FALLS_MS);
    const gainPpm = GAIN_PPM.later + (GAIN_PPM.first - GAIN_PPM.later) * falls;
    const drift = this.#driftPpm + ((gainPpm ** 2 / INTEGRAL_BY) * errorMs * elapsedMs) / 1000;
    this.#driftPpm = clamp(drift, MAX_DRIFT_PPM);
    this.#ppm = clamp(gainPpm * errorMs + this.#driftPpm, MAX_PPM);
  }

  /**
   * Nothing was left, for so long: from now on more is kept.
   *
   * @returns how much of the gap is to stay in store instead of being left out, ms
   */
  ranDry(missingMs: number): number {
    const again = this.#lastMs - this.#driedAtMs < DRY_AGAIN_MS;
    this.#driedAtMs = this.#lastMs;
    const stepMs = again ? Math.min(DRY_STEP_MS.most, missingMs) : 0;
    this.#dryMs = Math.min(MAX_SPREAD_MS, this.#dryMs + Math.max(DRY_STEP_MS.least, stepMs));
    const growthMs = Math.max(0, Math.min(missingMs, this.targetMs - this.#mean)) || 0;
    this.#mean += growthMs;
    return growthMs;
  }

  /** Playing goes on with the target in store, whatever was there before. */
  beginAnew(): void {
    this.#mean = Number.NaN;
    // Later on the listener would hear that as a second cut.
    this.#settled = !Number.isNaN(this.#startedMs);
  }

  /** As much as `excessMs` said was left out. */
  leftOut(): void {
    this.#mean = Number.NaN;
  }

  #begin(slackMs: number, nowMs: number): void {
    this.#mean = slackMs;
    this.#lastMs = nowMs;
    if (!this.#settled) this.#begunMs = nowMs;
    if (Number.isNaN(this.#startedMs)) this.#startedMs = this.#bucketSinceMs = nowMs;
  }

  /**
   * How far arrivals differ, as far as it is worth being covered: what happens once in three minutes is let happen, what happens
   * again is not. Never less than a little.
   */
  #spreadSeenMs(): number {
    const [, second = 0] = Array.from(this.#deviations).sort((a, b) => b - a);
    return Math.max(LEAST_SPREAD_MS, second);
  }

  #note(deviationMs: number, nowMs: number): void {
    if (nowMs - this.#startedMs < IGNORED_MS) return;
    if (nowMs - this.#bucketSinceMs >= BUCKET_MS) {
      this.#bucketSinceMs = nowMs;
      this.#deviations.push(0);
      if (this.#deviations.length > BUCKETS) this.#deviations.shift();
    }
    const last = this.#deviations.length - 1;
    this.#deviations[last] = Math.max(this.#deviations[last] ?? 0, deviationMs);
  }
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}
