import type { Fault } from './fault.ts';
import type { GivenKeys, GivenTable } from './given-keys.ts';
import { gatewayFault, parseIp } from './ip-address.ts';
import { judgeValue, shown } from './judge-value.ts';
import { SECTIONS } from './known-keys.ts';
import { fixedAddress } from './network-file.ts';
import type { BootSettings } from './schema.ts';

/** What the file says of the machine itself, and what of that cannot be taken. */
export function bootSettings(given: GivenKeys): { settings: BootSettings; faults: Fault[] } {
  const faults: Fault[] = [];
  const settings = {
    box: take(given, 'box', faults),
    wifi: take(given, 'wifi', faults),
    network: take(given, 'network', faults),
    ssh: take(given, 'ssh', faults),
  } as BootSettings;
  const wifi = wholeWifi(settings.wifi, given.of('wifi')[0], faults);
  const network = wholeNetwork(settings.network, wifi, given.of('network')[0], faults);
  return { settings: { ...settings, wifi, network }, faults };
}

/** What can be taken of one section, key by key. */
function take(given: GivenKeys, section: keyof BootSettings, faults: Fault[]): Record<string, unknown> {
  const taken: Record<string, unknown> = {};
  for (const table of given.of(section)) {
    for (const [key, one] of table.keys) {
      const judged = judgeValue(one);
      for (const words of judged.faults) faults.push({ line: one.line, words });
      if (judged.value !== undefined) taken[key] = judged.value;
    }
  }
  return taken;
}

/** A Wi-Fi needs its name and its password: half of it is none, and what lacks its password must not become one without. */
function wholeWifi(wifi: BootSettings['wifi'], table: GivenTable | undefined, faults: Fault[]): BootSettings['wifi'] {
  if (!table || isEmpty(table)) return {};
  const lacking = (['ssid', 'passphrase'] as const).filter((key) => wifi[key] === undefined);
  if (lacking.length > 0) {
    const reasons = lacking.map((key) => lackOf(table, key));
    faults.push({ line: table.line, words: `[wifi]: the Wi-Fi stays off: ${reasons.join('; ')}` });
    return {};
  }
  if (wifi.country === undefined && !wasSeen(table, 'country'))
    faults.push({
      line: table.line,
      words: `[wifi]: ${lackOf(table, 'country')}; only what is allowed everywhere is used`,
    });
  return wifi;
}

/** A fixed address, its router and its name servers must fit together, and there must be something that has it. */
function wholeNetwork(
  network: BootSettings['network'],
  wifi: BootSettings['wifi'],
  table: GivenTable | undefined,
  faults: Fault[],
): BootSettings['network'] {
  const refuse = (key: 'address' | 'gateway' | 'dns', words: string) => {
    const given = table?.keys.get(key);
    if (!given) return;
    faults.push({ line: given.line, words: `${given.name} = ${shown(given.value, given.known.meta)}: ${words}` });
  };
  const address = fixedAddress(network.address ?? '');
  const has = { gateway: (network.gateway ?? '') !== '', dns: network.dns?.some((server) => server !== '') };
  if (!address) {
    for (const key of ['gateway', 'dns'] as const) if (has[key]) refuse(key, 'expected only together with an address');
    return {};
  }
  if (table && network.interface === undefined && wasSeen(table, 'interface')) {
    refuse('address', 'it is not clear to which interface it belongs');
    return {};
  }
  if (network.interface === 'wifi' && wifi.ssid === undefined) {
    refuse('address', 'the Wi-Fi, to which it belongs, is off');
    return {};
  }
  const gateway = parseIp(network.gateway ?? '');
  const fault = gateway && gatewayFault(address, gateway);
  if (fault === undefined) return network;
  refuse('gateway', fault);
  return { ...network, gateway: '' };
}

/** Why a key that is needed is not there. */
export function lackOf(table: GivenTable, key: string): string {
  if (wasSeen(table, key)) return `${key} cannot be taken`;
  return `${key} is missing, expected ${SECTIONS.get(table.section.name)?.keys.get(key)?.meta.expects}`;
}

const wasSeen = (table: GivenTable, key: string) => table.keys.has(key) || table.unreadable.has(key);
const isEmpty = (table: GivenTable) => table.keys.size === 0 && table.unreadable.size === 0;
