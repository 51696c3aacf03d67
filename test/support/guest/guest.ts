import { monotonicMs } from '../../../src/pcm.ts';
import { until } from '../processes.ts';
import type { Ended } from './agent.ts';
import { AGENT, type MachineOptions, startMachine } from './machine.ts';
import type { Qemu } from './qemu.ts';
import type { Qmp } from './qmp.ts';

/** A line of the guest's journal. */
export interface JournalLine {
  /** When, in s of the guest's monotonic clock: 0 is power-on. */
  readonly atS: number;
  /** 0 (emergency) to 7 (debug). */
  readonly priority: number;
  /** Who wrote it: `boardfeed`, `systemd`, `kernel`, ... */
  readonly from: string;
  readonly message: string;
}

/** Root's hands inside. */
export interface Hands {
  /** Runs a shell script and waits for its end, at most so long. */
  run(script: string, timeoutS: number): Promise<Ended>;
  close(): void | Promise<void>;
}

/** From power-on until root can run something; some ten times what a real machine takes, and more beside other work. */
const BOOT_MS = 300_000;
/** What a command may take that should take a second. */
const COMMAND_S = 120;
/** Where the guest finds the folder that is shared with it. */
export const SHARED = '/mnt/host';

/** An emulated machine with Linux in it, and root's hands inside. All its times are the guest's own, from power-on. */
export class Guest {
  readonly #machine: Qemu;
  readonly #hands: Hands;
  readonly #reach: () => Promise<void>;
  /** Guest's clock minus ours, s: the guest's runs as fast as ours, however slow its processor is. */
  #aheadS = -monotonicMs() / 1000;

  /** @param reach resolves when a machine that starts, or starts again, obeys the hands */
  constructor(machine: Qemu, hands: Hands, reach: () => Promise<void>) {
    this.#machine = machine;
    this.#hands = hands;
    this.#reach = reach;
  }

  /** Switches a machine on that has QEMU's agent inside; resolves when it obeys. `append` follows the kernel's own arguments. */
  static async boot(options: MachineOptions): Promise<Guest> {
    const { qemu, agent } = await startMachine(options);
    // The driver may be there a moment before what it drives.
    const mount = `mount -t 9p -o trans=virtio,version=9p2000.L,ro host ${SHARED}`;
    const guest: Guest = new Guest(qemu, agent, async () => {
      // Not by asking the agent again and again: what is said to a machine that starts is answered later, all of it.
      await until('the agent of the guest is there', () => qemu.qmp.isPortOpen(AGENT), BOOT_MS);
      await agent.sync();
      await guest.sh(`mkdir -p ${SHARED}; for try in $(seq 60); do ${mount} && exit 0; sleep 0.5; done; exit 1`);
    });
    try {
      await guest.waitUntilUp();
      return guest;
    } catch (error) {
      await guest.stop();
      throw new Error(`${(error as Error).message}; its console:\n${qemu.console().slice(-4000)}`);
    }
  }

  get qmp(): Qmp {
    return this.#machine.qmp;
  }

  /** Waits until a machine that starts, or starts again, obeys. */
  async waitUntilUp(): Promise<void> {
    await this.#reach();
    const beforeMs = monotonicMs();
    const uptimeS = await this.#readUptimeS();
    this.#aheadS = uptimeS - (beforeMs + monotonicMs()) / 2000;
  }

  /** Runs a shell script as root and returns what it printed. Throws when it fails or takes longer. */
  async sh(script: string, timeoutS = COMMAND_S): Promise<string> {
    const { code, stdout, stderr } = await this.#hands.run(script, timeoutS);
    if (code !== 0) throw new Error(`in the guest: ${script}\nended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** Whether a shell script succeeds. */
  async succeeds(script: string, timeoutS = COMMAND_S): Promise<boolean> {
    return (await this.#hands.run(script, timeoutS)).code === 0;
  }

  /** The guest's monotonic clock now, s, without asking it; until it obeys for the first time, about. */
  nowS(): number {
    return this.#aheadS + monotonicMs() / 1000;
  }

  /** Everything that a unit, or what is chosen with `journalctl`'s arguments, has written since power-on. */
  async journal(chosen: string): Promise<JournalLine[]> {
    const fields = '--output-fields=MESSAGE,PRIORITY,SYSLOG_IDENTIFIER';
    const printed = await this.sh(`journalctl --boot --no-pager --quiet --output=json ${fields} ${chosen}`);
    return printed.split('\n').filter(Boolean).map(parseJournalLine);
  }

  /** What kernel and systemd have printed on the console. */
  console(): string {
    return this.#machine.console();
  }

  /** Pulls the plug. */
  async stop(): Promise<void> {
    await this.#hands.close();
    await this.#machine.stop();
  }

  async #readUptimeS(): Promise<number> {
    return Number.parseFloat(await this.sh('cat /proc/uptime'));
  }
}

/** One line as `journalctl --output=json` prints it (systemd, JOURNAL_EXPORT_FORMATS). */
export function parseJournalLine(json: string): JournalLine {
  const fields = JSON.parse(json);
  // What is no UTF-8 comes as an array of bytes.
  const { MESSAGE: message } = fields;
  return {
    atS: Number(fields.__MONOTONIC_TIMESTAMP) / 1e6,
    priority: Number(fields.PRIORITY ?? 6),
    from: fields.SYSLOG_IDENTIFIER ?? '',
    message: Array.isArray(message) ? Buffer.from(message).toString() : `${message ?? ''}`,
  };
}
