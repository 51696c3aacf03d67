import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { projectDir } from '../../setup/machine.mjs';
import { fitTogether } from '../../src/boot-partition/fit-together.ts';
import { parseConfig } from '../../src/config/config.ts';
import { exampleConfig } from '../../src/config/example.ts';
import { read } from './_read.ts';

const SHIPPED = readFileSync(join(projectDir, 'image/boot/boardfeed.toml'), 'utf8');
/** What is an example stands right behind its comment sign; words for people have a space there. */
const EXAMPLE = /^#(?=[a-z[])/gm;

test('the file that people find on the card says nothing yet, and is understood', (t) => {
  const { boot, own, pushes, faults } = read(SHIPPED);
  t.deepEqual(faults, []);
  t.deepEqual([boot, own, pushes], [{ box: {}, wifi: {}, network: {}, ssh: {} }, {}, []] as never);
});

test('without its comment signs everything in it is taken, and goes together', (t) => {
  const { boot, own, pushes, settings, faults } = read(SHIPPED.replaceAll(EXAMPLE, ''));
  t.deepEqual(faults, []);
  t.deepEqual(fitTogether(parseConfig('', 'base'), settings).faults, []);
  t.truthy(boot.box.name && boot.wifi.ssid && boot.network.address && boot.ssh.key);
  t.true(['station.name', 'http.admin_password', 'listeners.password', 'input.channels'].every((name) => name in own));
  t.is(pushes.length, 1);
});

test('each of its lines can be used alone: its section stands there already', (t) => {
  const lines = SHIPPED.split('\n');
  for (const [index, line] of lines.entries()) {
    if (!/^#[a-z]/.test(line) || /\bwifi\b/i.test(lines.slice(0, index).findLast((one) => one.startsWith('[')) ?? ''))
      continue;
    // Its head has a comment sign, too.
    if (
      lines
        .slice(0, index)
        .findLast((one) => /^#?\[/.test(one))
        ?.startsWith('#')
    )
      continue;
    const one = lines.with(index, line.slice(1)).join('\n');
    const faults = read(one).faults.filter((fault) => !/only together with an address/.test(fault));
    t.deepEqual(faults, [], line);
  }
});

test('it is short, and its lines are no longer than a window', (t) => {
  t.true(SHIPPED.split('\n').length < 70);
  for (const line of SHIPPED.split('\n')) t.true(line.length <= 140, line);
  t.regex(SHIPPED, /^[\x20-\x7e\n]*$/, 'it looks the same in every editor');
});

test('the example of all settings can be put into the file as it is', (t) => {
  const { settings, faults } = read(exampleConfig().replaceAll(/^# (?=\[\[\w+\]\]$|[a-z_]+ = )/gm, ''));
  t.deepEqual(faults, []);
  t.deepEqual(fitTogether(parseConfig('', 'base'), settings).faults, []);
});
