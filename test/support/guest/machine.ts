import { join } from 'node:path';
import { Agent } from './agent.ts';
import { consoleArguments, type Qemu, startQemu } from './qemu.ts';

/** Debian's names of the architectures that we build for. */
export type DebianArch = 'amd64' | 'arm64';

/** A machine to be. */
export interface MachineOptions {
  readonly arch: DebianArch;
  readonly kernel: string;
  readonly initrd: string;
  /** What the kernel is told beside where its console is. */
  readonly append: string;
  /** A raw image, `/dev/vda`. */
  readonly disk: string;
  /** Whether what the guest writes to its disk lasts; else the image stays as it is. */
  readonly keepsDisk?: boolean;
  /** A folder of ours that the guest can mount, read only, as the 9p tag `host`. */
  readonly share: string;
  /** Port of the guest → port of 127.0.0.1 here. Nothing else of the network reaches the guest, and it reaches nothing. */
  readonly forwards: ReadonlyMap<number, number>;
  readonly memoryMb?: number;
  /** Further arguments for QEMU. */
  readonly devices?: readonly string[];
}

/** A machine that runs, and what lets us in. */
export interface Machine {
  readonly qemu: Qemu;
  readonly agent: Agent;
}

/** Which QEMU, which of its machines, and the name of its console in Linux. */
const BOARDS: Record<DebianArch, { qemu: string; board: string[]; console: string }> = {
  amd64: { qemu: 'qemu-system-x86_64', board: ['-M', 'q35,sata=off,smbus=off', '-cpu', 'Nehalem'], console: 'ttyS0' },
  arm64: { qemu: 'qemu-system-aarch64', board: ['-M', 'virt', '-cpu', 'cortex-a53'], console: 'ttyAMA0' },
};

/** QEMU's name of the line to the agent. */
export const AGENT = 'agent';
const CPUS = 2;
const MEMORY_MB = 1024;

/** QEMU's arguments, but those for its monitor. It never uses KVM, so that it does the same everywhere. */
export function qemuArguments(options: MachineOptions, folder: string): string[] {
  const { arch, kernel, initrd, append, disk, share, forwards, memoryMb = MEMORY_MB, devices = [] } = options;
  const { board, console } = BOARDS[arch];
  const ports = [...forwards].map(([guest, host]) => `,hostfwd=tcp:127.0.0.1:${host}-:${guest}`).join('');
  return [
    ...[
      ...board,
      '-accel',
      'tcg,thread=multi',
      '-smp',
      `${CPUS}`,
      '-m',
      `${memoryMb}`,
      '-nodefaults',
      '-display',
      'none',
    ],
    ...['-kernel', kernel, '-initrd', initrd, '-append', `console=${console} ${append}`],
    ...['-drive', `file=${disk},format=raw,if=virtio,cache=unsafe,snapshot=${options.keepsDisk ? 'off' : 'on'}`],
    ...['-netdev', `user,id=net,restrict=on${ports}`, '-device', 'virtio-net-pci,netdev=net,romfile='],
    ...['-virtfs', `local,path=${share},mount_tag=host,security_model=none,readonly=on`],
    ...['-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci'],
    ...['-chardev', `socket,id=${AGENT},path=${join(folder, 'agent')},server=on,wait=off`],
    ...['-device', `virtserialport,chardev=${AGENT},name=org.qemu.guest_agent.0`],
    ...consoleArguments(folder),
    ...devices,
  ];
}

/** Switches a machine on. It never outlives the thread that did so. */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { qemu: program } = BOARDS[options.arch];
  const qemu = await startQemu({ command: [program] }, (folder) => qemuArguments(options, folder));
  return { qemu, agent: new Agent(join(qemu.folder, 'agent')) };
}
