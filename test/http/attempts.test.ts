import test from 'ava';
import { Attempts } from '../../src/http/attempts.ts';

function attempts() {
  const clock = { ms: 0 };
  return {
    clock,
    attempts: new Attempts(
      (address) => address,
      () => clock.ms,
    ),
  };
}

test('ten wrong passwords are allowed, then one every six seconds, by address', (t) => {
  const { clock, attempts: some } = attempts();
  for (let index = 0; index < 10; index++) {
    t.is(some.waitMs('192.0.2.1'), 0);
    some.add('192.0.2.1', 1);
  }
  t.is(some.waitMs('192.0.2.1'), 6000);
  t.is(some.waitMs('192.0.2.2'), 0, 'another address does not suffer');
  clock.ms += 5999;
  t.true(some.waitMs('192.0.2.1') > 0);
  clock.ms += 1;
  t.is(some.waitMs('192.0.2.1'), 0);
  some.add('192.0.2.1', 1);
  t.is(some.waitMs('192.0.2.1'), 6000);
  clock.ms += 60_000;
  for (let index = 0; index < 10; index++) some.add('192.0.2.1', 1);
  t.is(some.waitMs('192.0.2.1'), 6000, 'all is forgiven after a minute, and no more than that');
});

test('many who fail at the same time do not add up to a longer time', (t) => {
  const { attempts: some } = attempts();
  for (let index = 0; index < 1000; index++) some.add('192.0.2.1', 1);
  t.is(some.waitMs('192.0.2.1'), 6000);
});

test('what turned out to be right is taken back', (t) => {
  const { attempts: some } = attempts();
  for (let index = 0; index < 1000; index++) {
    some.add('192.0.2.1', 1);
    some.add('192.0.2.1', -1);
  }
  t.is(some.waitMs('192.0.2.1'), 0);
  t.is(some.size, 0);
});

test('a proxy on the box may fail ten times as often', (t) => {
  const { clock, attempts: some } = attempts();
  for (let index = 0; index < 100; index++) {
    t.is(some.waitMs('127.0.0.1'), 0);
    some.add('127.0.0.1', 1);
  }
  t.is(some.waitMs('127.0.0.1'), 600);
  clock.ms += 600;
  t.is(some.waitMs('127.0.0.1'), 0);
});

test('only so many addresses are remembered: those that failed last', (t) => {
  const { attempts: some } = attempts();
  for (let index = 0; index < 10; index++) some.add('192.0.2.1', 1);
  for (let index = 0; index < 999; index++) some.add(`2001:db8:${index}::/64`, 1);
  t.is(some.size, 1000);
  t.true(some.waitMs('192.0.2.1') > 0);
  some.add('192.0.2.1', 1);
  for (let index = 0; index < 999; index++) some.add(`2001:db9:${index}::/64`, 1);
  t.is(some.size, 1000);
  t.true(some.waitMs('192.0.2.1') > 0, 'it failed again, and is young');
  some.add('198.51.100.1', 1);
  t.is(some.size, 1000);
  t.is(some.waitMs('192.0.2.1'), 0);
});
