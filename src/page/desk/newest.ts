/** Sends values that change faster than they can be sent. */
export interface Sender<T> {
  send(value: T): void;
  /** Whether something is under way. */
  busy(): boolean;
}

/**
 * Makes a sender: one value is under way at most, and of those that come meanwhile only the newest goes. `send` is told
 * whether a newer one waits, and must not reject.
 */
export function newestOnly<T>(send: (value: T, overtaken: () => boolean) => Promise<void>): Sender<T> {
  let waiting: { value: T } | undefined;
  let busy = false;

  async function run(): Promise<void> {
    busy = true;
    while (waiting) {
      const { value } = waiting;
      waiting = undefined;
      await send(value, () => waiting !== undefined);
    }
    busy = false;
  }
  return {
    send(value) {
      waiting = { value };
      if (!busy) void run();
    },
    busy: () => busy,
  };
}
