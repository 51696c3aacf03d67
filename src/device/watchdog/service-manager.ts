import { native } from '../../native.ts';

/** Longest text of a status that is told, in characters. */
const MAX_STATUS_CHARACTERS = 200;

/** What is told once, or when it changes. */
type Told = 'READY' | 'STATUS' | 'STOPPING';

/**
 * The service manager that has started us (sd_notify(3), sd_watchdog_enabled(3)). What it has no room for now is told with the
 * next message; it never makes us wait.
 */
export class ServiceManager {
  readonly #address: string;
  readonly #onFailed: (errno: number) => void;
  /** How often it wants to hear that we live at least, ms; undefined when it does not ask us. */
  readonly watchdogMs: number | undefined;
  /** What it does not know yet; one value for each name. */
  readonly #due = new Map<Told, string>();
  #failing = false;

  /**
   * @param address the value of `NOTIFY_SOCKET`
   * @param env where `WATCHDOG_USEC` and `WATCHDOG_PID` are
   * @param onFailed told of the first message of several that could not be sent, with a positive errno
   */
  constructor(address: string, env: NodeJS.ProcessEnv, onFailed: (errno: number) => void) {
    this.#address = address;
    this.#onFailed = onFailed;
    this.watchdogMs = watchdogMs(env, process.pid);
  }

  /** We are at work. */
  ready(): void {
    this.#due.set('READY', '1');
    this.tell();
  }

  /** We are about to end. */
  stopping(): void {
    this.#due.set('STOPPING', '1');
    this.tell();
  }

  /** How we are, in one line; told with the next message. */
  status(line: string): void {
    this.#due.set('STATUS', line.replaceAll(/\p{Cc}/gu, ' ').slice(0, MAX_STATUS_CHARACTERS));
  }

  /** Sends what is due. @param alive whether to say that we live */
  tell(alive = false): void {
    const lines = [...this.#due].map(([name, value]) => `${name}=${value}`);
    if (alive) lines.push('WATCHDOG=1');
    if (lines.length === 0) return;
    const code = native.tellServiceManager(this.#address, lines.join('\n'));
    if (code === 0) this.#due.clear();
    else if (!this.#failing) this.#onFailed(-code);
    this.#failing = code !== 0;
  }
}

/** How often the manager wants to hear of the process with this id, ms (sd_watchdog_enabled(3)); undefined when it does not. */
export function watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv, pid: number): number | undefined {
  if (!WATCHDOG_USEC || !/^[1-9]\d{0,15}$/.test(WATCHDOG_USEC)) return undefined;
  if (WATCHDOG_PID && WATCHDOG_PID !== `${pid}`) return undefined;
  return Number(WATCHDOG_USEC) / 1000;
}
