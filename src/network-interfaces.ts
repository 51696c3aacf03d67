import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

let last: ReturnType<typeof networkInterfaces> = {};

/**
 * The machine's network interfaces by name, each with its addresses; those of the last time when they cannot be asked for at the moment: that
 * takes a descriptor (getifaddrs(3)), and a flood of connections may have all of them.
 */
export function machineInterfaces(): Readonly<Record<string, NetworkInterfaceInfo[] | undefined>> {
  try {
    last = networkInterfaces();
  } catch {
    // As before, then.
  }
  return last;
}
