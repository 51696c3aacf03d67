import test from 'ava';
import { addressKey } from '../../src/http/address-key.ts';
import { Places } from '../../src/http/places.ts';

const OWN = ['2001:db8:1:2::10', 'fe80::1', '::1'];

for (const [what, one, other, same] of [
  ['IPv4 in the clothes of IPv6', '192.0.2.7', '::ffff:192.0.2.7', true],
  ['the same in capitals', '192.0.2.7', '::FFFF:192.0.2.7', true],
  ['two IPv4 addresses', '192.0.2.7', '192.0.2.8', false],
  ['two addresses of one foreign /64', '2001:db8:9:9::1', '2001:db8:9:9:a:b:c:d', true],
  ['two spellings of one address', '2001:db8:0:0:1::1', '2001:db8::1:0:0:1', true],
  ['two foreign /64', '2001:db8:9:9::1', '2001:db8:9:8::1', false],
  ['two phones in the hall', '2001:db8:1:2::20', '2001:db8:1:2::21', false],
  ['two phones with private addresses', 'fd00::1', 'fd00::2', false],
  ['two phones on the link', 'fe80::2%eth0', 'fe80::3%eth0', false],
  ['one phone on the link', 'fe80::2%eth0', 'fe80::2', true],
  ['a short foreign address and the box', '2002::1', '::1', false],
] as const) {
  test(`${what}: ${same ? 'one address' : 'different addresses'}`, (t) => {
    t.is(addressKey(one, OWN) === addressKey(other, OWN), same, `${addressKey(one, OWN)} ${addressKey(other, OWN)}`);
  });
}

const places = (max: number, maxPerAddress: number) =>
  new Places({ max, maxPerAddress, keyOf: (address) => addressKey(address, OWN) });

test('a place is freed exactly once', (t) => {
  const all = places(2, 2);
  t.is(all.take('a', '192.0.2.1'), undefined);
  t.is(all.take('b', '192.0.2.1'), undefined);
  t.is(all.take('c', '192.0.2.2'), 'full');
  all.free('a');
  all.free('a');
  all.free('nobody');
  t.is(all.now, 1);
  t.is(all.take('c', '192.0.2.2'), undefined);
  t.is(all.take('d', '192.0.2.2'), 'full');
  t.is(all.refused, 2);
});

test('one address may have so many and no more, whatever else is free; loopback is exempt', (t) => {
  const all = places(100, 2);
  t.is(all.take('a', '::ffff:192.0.2.1'), undefined);
  t.is(all.take('b', '192.0.2.1'), undefined);
  t.is(all.take('c', '192.0.2.1'), 'address full');
  t.is(all.take('d', '192.0.2.2'), undefined, 'another address');
  all.free('a');
  t.is(all.take('c', '192.0.2.1'), undefined, 'freed');
  t.is(all.take('e', '192.0.2.1'), 'address full');
  for (const address of ['127.0.0.1', '127.0.3.4', '::1', '::ffff:127.0.0.1']) {
    for (let index = 0; index < 3; index++) t.is(all.take(`${address} ${index}`, address), undefined, address);
  }
});

test('fewer places than are taken: whoever has one keeps it, and nobody comes until enough have gone', (t) => {
  const places = new Places({ max: 3, maxPerAddress: 3, keyOf: (address) => address });
  for (const id of ['a', 'b', 'c']) t.is(places.take(id, 'x'), undefined);
  places.change({ max: 2, maxPerAddress: 1 });
  t.is(places.now, 3);
  t.is(places.take('d', 'y'), 'full');
  places.free('a');
  t.is(places.take('d', 'y'), 'full');
  places.free('b');
  t.is(places.take('d', 'x'), 'address full');
  t.is(places.take('d', 'y'), undefined);
  places.change({ max: 3, maxPerAddress: 2 });
  t.is(places.take('e', 'x'), undefined);
  t.is(places.limits.max, 3);
});
