import { monotonicMs } from '../../../src/pcm.ts';
import { until } from '../processes.ts';
import { AGENT, type Machine, type MachineOptions, startMachine } from './machine.ts';
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

/** From power-on until root can run something; some ten times what a real machine takes, and more beside other work. */
const BOOT_MS = 300_000;
/** What a command may take that should take a second. */
const COMMAND_S = 120;
/** Where the guest finds the folder that is shared with it. */
export const SHARED = '/mnt/host';

/** An emulated machine with Linux in it, and root's hands inside. All its times are the guest's own, from power-on. */
export class Guest {
  readonly #machine: Machine;
  /** Guest's clock minus ours, s: the guest's runs as fast as ours, however slow its processor is. */
  #aheadS = 0;

  private constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Switches it on; resolves when it obeys. `what` follows the kernel's own arguments. */
  static async boot(options: MachineOptions): Promise<Guest> {
    const machine = await startMachine(options);
    const guest = new Guest(machine);
    try {
      await guest.waitUntilUp();
      return guest;
    } catch (error) {
      await machine.stop();
      throw new Error(`${(error as Error).message}; its console:\n${machine.console().slice(-4000)}`);
    }
  }

  get qmp(): Qmp {
    return this.#machine.qmp;
  }

  /** Waits until a machine that starts, or starts again, obeys. */
  async waitUntilUp(): Promise<void> {
    const { qmp, agent } = this.#machine;
    // Not by asking the agent again and again: what is said to a machine that starts is answered later, all of it.
    await until('the agent of the guest is there', () => qmp.isPortOpen(AGENT), BOOT_MS);
    await agent.sync();
    // The driver may be there a moment before what it drives.
    const mount = `mount -t 9p -o trans=virtio,version=9p2000.L,ro host ${SHARED}`;
    await this.sh(`mkdir -p ${SHARED}; for try in $(seq 60); do ${mount} && exit 0; sleep 0.5; done; exit 1`);
    const beforeMs = monotonicMs();
    const uptimeS = await this.#readUptimeS();
    this.#aheadS = uptimeS - (beforeMs + monotonicMs()) / 2000;
  }

  /** Runs a shell script as root and returns what it printed. Throws when it fails or takes longer. */
  async sh(script: string, timeoutS = COMMAND_S): Promise<string> {
    const { code, stdout, stderr } = await this.#machine.agent.run(script, timeoutS);
    if (code !== 0) throw new Error(`in the guest: ${script}\nended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** Whether a shell script succeeds. */
  async succeeds(script: string, timeoutS = COMMAND_S): Promise<boolean> {
    return (await this.#machine.agent.run(script, timeoutS)).code === 0;
  }

  /** The guest's monotonic clock now, s, without asking it. */
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
  stop(): Promise<void> {
    return this.#machine.stop();
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
