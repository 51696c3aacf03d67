import test from 'ava';
import type { SettingField } from '../../../src/desk/contract.ts';
import { groupFields } from '../../../src/page/desk/groups.ts';
import { labelOf } from '../../../src/page/desk/labels.ts';
import { settings } from '../../browser/desk-data.ts';

test('every setting is in one group, those of everyday life first', (t) => {
  const { fields } = settings();
  const { everyday, seldom } = groupFields(fields);
  const found = [...everyday, ...seldom].flatMap((group) => group.fields.map(({ name }) => name));
  t.deepEqual([...found].sort(), fields.map(({ name }) => name).sort());
  t.deepEqual(
    everyday.map(({ title }) => title),
    ['Name and title', 'Input', 'Formats'],
  );
  t.true(everyday.every((group) => group.fields.length > 1));
  t.deepEqual(
    seldom.at(-1)?.fields.map(({ name }) => name),
    ['log.level'],
  );
});

test('a section that nobody knows is shown all the same', (t) => {
  const field = { ...settings().fields[0], name: 'lights.blink_ms' } as SettingField;
  t.deepEqual(groupFields([field]), { everyday: [], seldom: [{ title: 'Everything else', fields: [field] }] });
  t.is(labelOf('lights.blink_ms'), 'Blink ms');
});

test('no two settings have the same label', (t) => {
  const labels = settings().fields.map(({ name }) => labelOf(name));
  t.is(new Set(labels).size, labels.length);
});
