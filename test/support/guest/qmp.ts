import { JsonLines, type Message } from './json-lines.ts';

/** QEMU's monitor: the hands on the machine's outside. */
export class Qmp {
  readonly #lines: JsonLines;
  readonly #events: string[] = [];

  constructor(path: string) {
    this.#lines = new JsonLines(path, (message: Message) => {
      if (message.event) this.#events.push(message.event);
    });
  }

  /** Leaves the state in which only this one command is understood. */
  async open(): Promise<void> {
    await this.#lines.request('qmp_capabilities');
  }

  /** Runs a command of QEMU, such as `device_del`. */
  run(command: string, args: object = {}): Promise<unknown> {
    return this.#lines.request(command, args);
  }

  /** Whether somebody in the guest has opened the port that belongs to a character device of QEMU. */
  async isPortOpen(chardev: string): Promise<boolean> {
    const all = (await this.run('query-chardev')) as { label: string; 'frontend-open': boolean }[];
    return all.some((one) => one.label === chardev && one['frontend-open']);
  }

  /** Everything that has happened to the machine so far, by QEMU's names: `RESET`, `SHUTDOWN`, `WATCHDOG`, ... */
  get events(): readonly string[] {
    return this.#events;
  }

  close(): void {
    this.#lines.close();
  }
}
