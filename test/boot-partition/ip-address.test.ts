import test from 'ava';
import fc from 'fast-check';
import { gatewayFault, parseInterfaceAddress, parseIp } from '../../src/boot-partition/ip-address.ts';

for (const [typed, expected] of [
  ['192.168.1.20/24', '192.168.1.20/24'],
  ['10.0.0.1/8', '10.0.0.1/8'],
  ['10.0.0.0/31', '10.0.0.0/31'],
  ['192.168.1.255/16', '192.168.1.255/16'],
  ['FD00::20/64', 'fd00::20/64'],
  ['fd00:0:0:0:0:0:0:20/128', 'fd00::20/128'],
  ['::ffff:192.168.1.1/96', '::ffff:c0a8:101/96'],
  ['192.168.1.20', /length of its network is missing/],
  ['fd00::20', /length of its network is missing/],
  ['192.168.1.20/33', /number from 1 to 32/],
  ['192.168.1.20/0', /number from 1 to 32/],
  ['192.168.1.20/255.255.255.0', /number from 1 to 32/],
  ['192.168.1.20/', /number from 1 to 32/],
  ['192.168.1.20/2 4', /number from 1 to 32/],
  ['fd00::20/129', /number from 1 to 128/],
  ['192.168.1.256/24', /no address/],
  ['192.168.1/24', /no address/],
  ['192.168.001.020/24', /no address/],
  ['192.168.1.20/24/24', /no address/],
  [' 192.168.1.20/24', /no address/],
  ['192.168.1.20/24\n[Match]', /number from 1 to 32/],
  ['fe80::1%eth0/64', /no address/],
  ['router/24', /no address/],
  ['192.168.1.0/24', /the network itself/],
  ['192.168.1.255/24', /all machines/],
  ['127.0.0.1/8', /no machine/],
  ['0.1.2.3/8', /no machine/],
  ['224.0.0.1/4', /no machine/],
  ['::/64', /no machine/],
  ['::1/64', /no machine/],
  ['ff02::1/64', /no machine/],
] as const) {
  test(`the address of a machine: ${JSON.stringify(typed)}`, (t) => {
    const parsed = parseInterfaceAddress(typed);
    if (typeof expected === 'string') {
      t.is(typeof parsed === 'string' ? parsed : `${parsed.text}/${parsed.prefix}`, expected);
    } else t.regex(typeof parsed === 'string' ? parsed : 'it was taken', expected);
  });
}

for (const [box, gateway, expected] of [
  ['192.168.1.20/24', '192.168.1.1', undefined],
  ['192.168.1.20/16', '192.168.77.1', undefined],
  ['192.168.1.20/25', '192.168.1.129', /in the network of 192\.168\.1\.20\/25/],
  ['192.168.1.20/24', '192.168.2.1', /in the network of 192\.168\.1\.20\/24/],
  ['192.168.1.20/24', '192.168.1.20', /another address than the box's own/],
  ['192.168.1.20/24', '192.168.1.255', /all machines/],
  ['192.168.1.20/24', '192.168.1.0', /the network itself/],
  ['192.168.1.20/24', 'fd00::1', /of the kind of/],
  ['fd00::20/64', '192.168.1.1', /of the kind of/],
  ['fd00::20/64', 'fd00::1', undefined],
  ['fd00::20/64', 'fe80::1', undefined],
  ['fd00::20/64', 'febf::1', undefined],
  ['fd00::20/64', 'fec0::1', /in the network of/],
  ['fd00::20/64', 'fd00:0:0:1::1', /in the network of/],
  ['fd00::20/64', 'ff02::2', /of a machine/],
  ['fd00::20/64', 'FD00::20', /another address/],
] as const) {
  test(`the router ${gateway} for ${box}: ${expected ? 'refused' : 'taken'}`, (t) => {
    const [address, router] = [parseInterfaceAddress(box), parseIp(gateway)];
    if (typeof address === 'string' || !router) throw new Error('these are addresses');
    const fault = gatewayFault(address, router);
    if (expected) t.regex(fault ?? 'taken', expected);
    else t.is(fault, undefined);
  });
}

test('of any text at all, an address has nothing in it that a configuration could take for something else', (t) => {
  const text = fc.oneof(
    fc.string(),
    fc.ipV4Extended(),
    fc.ipV6(),
    fc.string({ unit: fc.constantFrom(...'0123456789abcf:./') }),
  );
  fc.assert(
    fc.property(text, (typed) => {
      const ip = parseIp(typed);
      return ip === undefined || (/^[0-9a-f.:]+$/.test(ip.text) && ip.bytes.length === (ip.family === 4 ? 4 : 16));
    }),
  );
  t.pass();
});

test('the bytes of an IPv6 address are those that it was made of', (t) => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 }), (groups) => {
      const ip = parseIp(groups.map((group) => group.toString(16).padStart(4, '0')).join(':'));
      t.deepEqual(
        ip?.bytes,
        groups.flatMap((group) => [group >> 8, group & 0xff]),
      );
      t.deepEqual(parseIp(ip?.text ?? '')?.bytes, ip?.bytes);
    }),
  );
});
