import test from 'ava';
import { boxFacts } from '../../../src/page/desk/box-words.ts';
import { deviceOptions } from '../../../src/page/desk/device-words.ts';
import { delayMood, listenerCells } from '../../../src/page/desk/listener-words.ts';
import { isBack, waitWords } from '../../../src/page/desk/restart-words.ts';
import * as data from '../../browser/desk-data.ts';

test('what is not known of a listener is a dash; who lags is said to', (t) => {
  const bare = { id: 'x', format: 'mp3', address: '::1', connectedS: 61, behindMs: 80 };
  t.deepEqual(listenerCells(bare), ['mp3', '::1', '1 min 1 s', '80 ms', '–', '–']);
  const page = { ...bare, heardBehindMs: 92, dropouts: 0 };
  t.deepEqual(listenerCells(page).slice(3), ['80 ms', '92 ms', '0']);
  t.deepEqual(
    [499, 500, 2000].map((behindMs) => delayMood({ ...bare, behindMs })),
    ['good', 'warn', 'bad'],
  );
  t.is(listenerCells({ ...bare, behindMs: 2700 })[3], '2.7 s, lags');
});

test('what is wrong with the box is said, not only coloured; what it does not know is left out', (t) => {
  const words = (box: typeof data.box) => Object.fromEntries(boxFacts(box).map(({ title, words }) => [title, words]));
  t.like(words(data.box), { Temperature: '71 °C, warm', Memory: '611 MB free', 'Lost on the way in': '960 frames' });
  const { temperatureC: _, disk: __, machineMemory: ___, machineCpuPercent: ____, ...bare } = data.box;
  t.false('Temperature' in words(bare) || 'Disk' in words(bare));
  t.like(words(data.box), {
    Throttling: 'none',
    "Card's clock": '21 ppm',
    'Hardware watchdog': 'armed',
    Attention: undefined,
  });
  const watchdog = { armed: false, devices: [] };
  const ill = { ...data.box, watchdog, clockSynchronised: false, throttling: ['under-voltage' as const] };
  const conditions = [{ name: 'hot' as const, words: 'the processor has 85 °C' }];
  t.like(words({ ...ill, conditions }), {
    Attention: 'hot',
    Throttling: 'under-voltage',
    'Time of the day': 'not set',
    'Hardware watchdog': 'not armed',
  });
  t.like(words(bare), { Processor: 'Boardfeed 11 % of one core', Memory: 'Boardfeed takes 94 MB' });
  const full = { path: '/', totalBytes: 8e9, freeBytes: 0.3e9 };
  t.like(words({ ...data.box, disk: full, machineCpuPercent: 95, temperatureC: 84 }), {
    Disk: '300 MB free, too little',
    Processor: '95 %, too busy',
    Temperature: '84 °C, too hot',
  });
  t.is(words({ ...data.box, capture: { xruns: 0, xrunsLastHour: 0, lostFrames: 0 } })['Lost on the way in'], 'nothing');
});

test('every card can be chosen, and what is set stays even when it is not there', (t) => {
  const values = (present: string) => deviceOptions(data.devices.devices, present).map(([value]) => value);
  const there = ['auto', 'hw:CARD=CODEC,DEV=0', 'hw:CARD=Headset,DEV=0', 'usb:1-1.2', 'usb:1-1.4'];
  t.deepEqual(values('auto'), there);
  t.deepEqual(values('hw:CARD=X'), [...there, 'hw:CARD=X']);
  const twins = data.devices.devices.map((device) => ({ ...device, cardName: 'Twin' }));
  t.is(new Set(deviceOptions(twins, 'auto').map(([, words]) => words)).size, 5, 'cards of one name can be told apart');
});

test('a box is back when it has sent less than before, or was out of reach', (t) => {
  t.deepEqual([isBack(100, 101, false), isBack(100, 2, false), isBack(100, 101, true)], [false, true, true]);
  t.deepEqual([isBack(undefined, 101, false), isBack(undefined, 2, true)], [false, true]);
  t.is(waitWords(3), 'Restarting. This page comes back by itself.');
  t.regex(waitWords(61), /more than a minute/);
});
