import { getSystemErrorName } from 'node:util';
import { LogBudget } from '../../log-budget.ts';
import { judge, type Look, MIN_SPAN_MS, type Standstill, type Vitals } from './judge.ts';
import type { ServiceManager } from './service-manager.ts';

/** How often the box is looked at, ms. */
const LOOK_MS = 1000;
/** The status is told no more often, ms. */
const STATUS_MS = 1000;
/** Standstills that are logged in an hour; the rest is counted. */
const LOGGED_PER_HOUR = 6;

/** What the watchdog needs of the rest. */
export interface WatchdogOptions {
  /** What is on air; undefined while nothing is. */
  vitals(): Vitals | undefined;
  /** How the box is, in one line. */
  status(): string;
  readonly log: { error(text: string): void; warn(text: string): void; info(text: string): void };
  /** Who is told; undefined when nobody asks. */
  readonly manager?: Pick<ServiceManager, 'watchdogMs' | 'ready' | 'status' | 'stopping' | 'tell'> | undefined;
}

/** Looks whether the box moves, and says so to the service manager as long as it does. Who hears nothing starts us anew. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #everyMs: number;
  readonly #feedMs: number;
  readonly #budget = new LogBudget(LOGGED_PER_HOUR);
  #timer: NodeJS.Timeout | undefined;
  #tickedMs = 0;
  #onAirMs = 0;
  #fedMs = 0;
  #statusMs = Number.NEGATIVE_INFINITY;
  #status = '';
  /** The last look, and one that is old enough to compare with. */
  #last: Look | undefined;
  #before: Look | undefined;
  #found: readonly Standstill[] = [];
  #logged = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#feedMs = (options.manager?.watchdogMs ?? Number.POSITIVE_INFINITY) / 3;
    this.#everyMs = Math.min(LOOK_MS, this.#feedMs);
  }

  /** The box is on air for the first time. From now on it must move. */
  ready(): void {
    this.#tickedMs = this.#onAirMs = this.#fedMs = performance.now();
    this.#tellStatus();
    this.#options.manager?.ready();
    this.#timer = setInterval(() => this.#tick(), this.#everyMs).unref();
  }

  /** The box goes off air for good. */
  stopping(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#options.manager?.status('going off air');
    this.#options.manager?.stopping();
  }

  /** What stands still, in words. */
  get standstills(): readonly string[] {
    return this.#found.map(({ words }) => words);
  }

  #tick(): void {
    const nowMs = performance.now();
    const lagMs = nowMs - this.#tickedMs - this.#everyMs;
    this.#tickedMs = nowMs;
    // Timers run before I/O: after a pause of the whole process the sound is there, only not yet read. Between two immediates
    // lies a whole poll for events.
    setImmediate(() => setImmediate(() => this.#timer && this.#look(lagMs)));
  }

  #look(lagMs: number): void {
    const vitals = this.#options.vitals();
    const atMs = performance.now();
    if (vitals) this.#onAirMs = atMs;
    const now: Look = { atMs, lagMs, offAirMs: atMs - this.#onAirMs, vitals };
    const found = judge(now, this.#before);
    if (!this.#last || atMs - this.#last.atMs >= MIN_SPAN_MS) {
      this.#before = this.#last;
      this.#last = now;
    }
    this.#report(found);
    this.#tellStatus();
    const feeds = found.length === 0 && atMs - this.#fedMs >= this.#feedMs - this.#everyMs / 2;
    if (feeds) this.#fedMs = atMs;
    this.#options.manager?.tell(feeds);
  }

  /** Logs what has begun to stand still, and that everything moves again; each once. */
  #report(found: readonly Standstill[]): void {
    const { log } = this.#options;
    const known = this.#found.map(({ what }) => what);
    const fresh = found.filter(({ what }) => !known.includes(what));
    this.#found = found;
    if (fresh.length > 0) {
      const untold = this.#budget.spend();
      if (untold === undefined) return;
      this.#logged = true;
      const more = untold > 0 ? ` (and ${untold} times before, untold)` : '';
      log.error(`watchdog: standstill: ${fresh.map(({ words }) => words).join('; ')}${more}`);
    } else if (found.length === 0 && this.#logged) {
      this.#logged = false;
      log.info('watchdog: everything moves again');
    }
  }

  /** Tells the status when it has changed. */
  #tellStatus(): void {
    const { manager, status } = this.#options;
    const nowMs = performance.now();
    if (!manager || nowMs - this.#statusMs < STATUS_MS) return;
    const line = this.#found.length > 0 ? `standstill: ${this.standstills.join('; ')}` : status();
    if (line === this.#status) return;
    this.#status = line;
    this.#statusMs = nowMs;
    manager.status(line);
  }
}

/** Makes a watchdog for this process. What speaks to the service manager is loaded only when there is one. */
export async function createWatchdog(
  options: Omit<WatchdogOptions, 'manager'>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Watchdog> {
  const { NOTIFY_SOCKET: address } = env;
  if (!address) return new Watchdog(options);
  const { ServiceManager } = await import('./service-manager.ts');
  const onFailed = (errno: number) =>
    options.log.warn(`the service manager at ${address} cannot be told: ${getSystemErrorName(-errno)}`);
  return new Watchdog({ ...options, manager: new ServiceManager(address, env, onFailed) });
}
