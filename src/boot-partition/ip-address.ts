import { isIPv4, isIPv6 } from 'node:net';

/** An IP address. */
export interface Ip {
  readonly family: 4 | 6;
  /** In its canonical form: digits, letters a to f, dots and colons only. */
  readonly text: string;
  readonly bytes: readonly number[];
}

/** The address of a machine, and how many of its bits are those of its network. */
export interface InterfaceAddress extends Ip {
  readonly prefix: number;
}

/** Reads an address; undefined when it is none. */
export function parseIp(typed: string): Ip | undefined {
  if (isIPv4(typed)) return { family: 4, text: typed, bytes: typed.split('.').map(Number) };
  // A zone belongs to one machine's interfaces, and is no part of the address.
  if (!isIPv6(typed) || typed.includes('%')) return undefined;
  const text = new URL(`http://[${typed}]`).hostname.slice(1, -1);
  const [head = [], tail = []] = text
    .split('::')
    .map((part) => part.split(':').flatMap((group) => (group === '' ? [] : [Number.parseInt(group, 16)])));
  const groups = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  return { family: 6, text, bytes: groups.flatMap((group) => [group >> 8, group & 0xff]) };
}

/** Reads the address of a machine with the length of its network; a text that is none gives words that say why. */
export function parseInterfaceAddress(typed: string): InterfaceAddress | string {
  const [address = '', length, ...rest] = typed.split('/');
  const ip = parseIp(address);
  if (ip === undefined || rest.length > 0) return 'that is no address';
  if (length === undefined) return 'the length of its network is missing';
  const bits = ip.bytes.length * 8;
  const prefix = Number(length);
  if (!/^\d{1,3}$/.test(length) || prefix < 1 || prefix > bits)
    return `the length of its network must be a number from 1 to ${bits}`;
  if (!isOfAMachine(ip)) return 'no machine can have that address';
  const whole = { ...ip, prefix };
  return wholeNetwork(whole, ip) ?? whole;
}

/** Why a router cannot have that address, seen from the box; undefined when it can. */
export function gatewayFault(box: InterfaceAddress, gateway: Ip): string | undefined {
  const own = `${box.text}/${box.prefix}`;
  if (gateway.family !== box.family) return `expected an address of the kind of ${own}`;
  if (gateway.text === box.text) return "expected another address than the box's own";
  const [first = 0, second = 0] = gateway.bytes;
  const linkLocal = gateway.family === 6 && first === 0xfe && (second & 0xc0) === 0x80;
  if (!isOfAMachine(gateway)) return 'expected the address of a machine';
  if (!linkLocal && !inNetwork(box, gateway)) return `expected an address in the network of ${own}`;
  return wholeNetwork(box, gateway);
}

/** RFC 6890: not "this network", loopback or multicast. */
function isOfAMachine({ family, bytes }: Ip): boolean {
  const [first = 0] = bytes;
  if (family === 4) return first !== 0 && first !== 127 && first < 224;
  return first !== 0xff && bytes.slice(0, -1).some((byte) => byte !== 0);
}

/** Words for the two addresses of an IPv4 network that are nobody's. */
function wholeNetwork({ family, bytes, prefix }: InterfaceAddress, ip: Ip): string | undefined {
  if (family !== 4 || prefix > 30 || !inNetwork({ family, bytes, prefix, text: '' }, ip)) return undefined;
  const host = bitsOf(ip).slice(prefix);
  if (!host.includes('1')) return 'that is the network itself, not a machine in it';
  return host.includes('0') ? undefined : 'that is the address of all machines in that network at once';
}

function inNetwork(box: InterfaceAddress, ip: Ip): boolean {
  return bitsOf(box).slice(0, box.prefix) === bitsOf(ip).slice(0, box.prefix);
}

const bitsOf = ({ bytes }: Ip) => bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
