import { type InterfaceAddress, type Ip, parseInterfaceAddress, parseIp } from './ip-address.ts';
import type { BootSettings } from './schema.ts';
import { WRITTEN_BY } from './written-by.ts';

/** What Ethernet and Wi-Fi of the board are called; the image's kernel is told not to rename them. */
const INTERFACES = { ethernet: 'eth0', wifi: 'wlan0' } as const;

/** The configuration of a fixed address (systemd.network(5)); undefined without one. Only addresses in their canonical form stand in it. */
export function networkFile(network: BootSettings['network']): string | undefined {
  const { address: typed = '', gateway: router = '', dns = [], interface: which = 'ethernet' } = network;
  const address = fixedAddress(typed);
  if (address === undefined) return undefined;
  const gateway = parseIp(router);
  const servers = dns.map(parseIp).filter((ip): ip is Ip => ip !== undefined);
  const lines = [
    WRITTEN_BY,
    '[Match]',
    `Name=${INTERFACES[which]}`,
    '',
    '[Network]',
    `Address=${address.text}/${address.prefix}`,
    ...(gateway ? [`Gateway=${gateway.text}`] : []),
    ...servers.map(({ text }) => `DNS=${text}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** A fixed address; undefined when there is none. */
export function fixedAddress(typed: string): InterfaceAddress | undefined {
  const address = parseInterfaceAddress(typed);
  return typeof address === 'string' ? undefined : address;
}
