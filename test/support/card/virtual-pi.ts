import { consoleArguments, type Program, type Qemu, startQemu } from '../guest/qemu.ts';
import { until } from '../processes.ts';
import type { PulseRig } from '../pulse.ts';
import type { BootFiles, Card } from './card.ts';

/** Which of QEMU's machines the card is put into. */
export type Board = 'virt' | 'raspi3b';

/** What the card is put into. */
export interface PiOptions {
  readonly board: Board;
  readonly emulator: Program;
  /** Port of the guest → port of 127.0.0.1 here. Nothing else of the network reaches the guest, and it reaches nothing. */
  readonly forwards: ReadonlyMap<number, number>;
  /** Its sound card captures what is played into the sink `mixer` of this rig; without one it has no card. */
  readonly rig?: PulseRig | undefined;
}

/** A board's own device tree, as a file: QEMU's `virt` makes its own. */
interface PiFiles extends BootFiles {
  readonly disk: string;
  readonly dtb?: string;
}

/** QEMU's name of the sound card. */
const CARD = 'vs0';
const CARD_ARGUMENTS = { driver: 'virtio-sound-pci', id: CARD, audiodev: 'mixer', bus: 'rp1' } as const;
/** The journal comes to the serial console, with the guest's own times; and nothing that moves. */
const JOURNAL = 'systemd.journald.forward_to_console=1 systemd.show_status=no';
const UNPLUG_MS = 60_000;
const DTB = 'bcm2837-rpi-3-b.dtb';

/**
 * The kernel's arguments: those of the card with other consoles. On a Raspberry Pi 3 the first serial line belongs to Bluetooth,
 * and the second is the console.
 */
export function kernelArguments(ofCard: string, board: Board): string {
  const kept = ofCard.split(/\s+/).filter((word) => word !== 'quiet' && !/^console=/.test(word));
  const own = {
    virt: ['console=ttyAMA0'],
    // QEMU resets the machine as soon as this watchdog is started (hw/misc/bcm2835_powermgt.c).
    raspi3b: ['console=ttyAMA0,115200', 'console=ttyS1,115200', 'module_blacklist=bcm2835_wdt'],
  }[board];
  return [...own, ...kept, JOURNAL].join(' ');
}

/** QEMU's arguments but those for its monitor and its consoles. */
export function piArguments({ board, forwards, rig }: PiOptions, files: PiFiles): string[] {
  const ports = [...forwards].map(([guest, host]) => `,hostfwd=tcp:127.0.0.1:${host}-:${guest}`).join('');
  // What the guest was told is written has been: a plug that is pulled takes back none of it.
  const drive = `file=${files.disk},format=raw,cache=writethrough`;
  const { kernel, initrd, dtb } = files;
  return [
    ...['-display', 'none', '-accel', 'tcg,thread=multi', '-nodefaults'],
    ...['-kernel', kernel, '-initrd', initrd, '-append', kernelArguments(files.arguments, board)],
    ...(dtb === undefined ? [] : ['-dtb', dtb]),
    ...['-netdev', `user,id=net,restrict=on${ports}`],
    ...(board === 'raspi3b'
      ? ['-M', 'raspi3b', '-drive', `${drive},if=sd`, '-device', 'usb-net,netdev=net']
      : [
          ...['-M', 'virt', '-cpu', 'cortex-a53', '-smp', '2', '-m', '512'],
          ...['-drive', `${drive},if=none,id=card`, '-device', 'virtio-blk-pci,drive=card'],
          ...['-device', 'virtio-net-pci,netdev=net,romfile=', '-device', 'virtio-rng-pci'],
          ...['-device', 'i6300esb', '-action', 'watchdog=reset'],
          ...['-device', `pcie-root-port,id=${CARD_ARGUMENTS.bus}`],
        ]),
    ...(rig ? soundArguments() : []),
  ];
}

function soundArguments(): string[] {
  const { driver, ...properties } = CARD_ARGUMENTS;
  const device = Object.entries(properties).map(([name, value]) => `,${name}=${value}`);
  return [
    // Without try-poll=off QEMU waits for descriptors that PulseAudio's plugin does not have.
    ...['-audiodev', `alsa,id=${CARD_ARGUMENTS.audiodev},in.dev=mixer,in.try-poll=off,out.dev=null`],
    ...['-device', `${driver}${device.join('')}`],
  ];
}

/** A Raspberry Pi, or nearly one, that was just plugged in. */
export class VirtualPi {
  readonly qemu: Qemu;

  private constructor(qemu: Qemu) {
    this.qemu = qemu;
  }

  static async plugIn(card: Card, options: PiOptions): Promise<VirtualPi> {
    const { board, emulator, rig } = options;
    const dtb = board === 'raspi3b' ? { dtb: card.extract(DTB) } : {};
    const files = { ...card.bootFiles(), disk: card.disk, ...dtb };
    const program = { ...emulator, env: { ...process.env, ...rig?.env, ...emulator.env } };
    const qemu = await startQemu(program, (folder) => [
      ...piArguments(options, files),
      ...consoleArguments(folder, board === 'raspi3b' ? 2 : 1),
    ]);
    return new VirtualPi(qemu);
  }

  /** Pulls the sound card's plug; resolves when it is gone. The guest is asked first, and takes 5 s (Linux, pciehp_ctrl.c). */
  async unplugSound(): Promise<void> {
    const { qmp } = this.qemu;
    const goneSoFar = () => qmp.events.filter((event) => event === 'DEVICE_DELETED').length;
    const before = goneSoFar();
    await qmp.run('device_del', { id: CARD });
    await until('the sound card is gone', () => goneSoFar() > before, UNPLUG_MS);
  }

  async plugInSound(): Promise<void> {
    await this.qemu.qmp.run('device_add', CARD_ARGUMENTS);
  }

  /** What was written to the card since power-on, bytes, and in how many requests. */
  async written(): Promise<{ bytes: number; requests: number }> {
    const drives = (await this.qemu.qmp.run('query-blockstats')) as {
      stats: { wr_bytes: number; wr_operations: number };
    }[];
    const sum = (of: 'wr_bytes' | 'wr_operations') => drives.reduce((total, { stats }) => total + stats[of], 0);
    return { bytes: sum('wr_bytes'), requests: sum('wr_operations') };
  }
}
