import type { NetworkInterfaceInfo } from 'node:os';
import test from 'ava';
import { openAddresses } from '../../src/http/addresses.ts';

const entry = (address: string, family: 'IPv4' | 'IPv6', internal = false) =>
  ({ address, family, internal, netmask: '', mac: '', cidr: null, scopeid: 0 }) as NetworkInterfaceInfo;
const INTERFACES = {
  lo: [entry('127.0.0.1', 'IPv4', true)],
  eth0: [entry('192.0.2.7', 'IPv4'), entry('fe80::1', 'IPv6')],
};

for (const [host, port, expected] of [
  ['', 8000, ['http://192.0.2.7:8000/', 'http://localhost:8000/', 'http://desk.local:8000/']],
  ['0.0.0.0', 80, ['http://192.0.2.7/', 'http://localhost/', 'http://desk.local/']],
  ['::1', 8000, ['http://[::1]:8000/']],
  ['192.0.2.7', 8000, ['http://192.0.2.7:8000/']],
] as const) {
  test(`listening on "${host}", port ${port}`, (t) => {
    t.deepEqual(openAddresses(host, port, INTERFACES, 'desk'), [...expected]);
  });
}
