import test from 'ava';
import { cpuTimes, memory, temperatureC } from '../../src/device/kernel-texts.ts';

/** Of a Raspberry Pi 4, of a PC with a newer kernel, and of what no kernel prints. */
for (const [what, text, expected] of [
  [
    'a Pi',
    'cpu  6840 0 5212 1224312 1312 0 98 0 0 0\ncpu0 1822 0 1411 305611 301 0 80 0 0 0\ncpu1 1690 0 1288 306187 340 0 8 0 0 0\ncpu2 1650 0 1250 306250 330 0 5 0 0 0\ncpu3 1678 0 1263 306264 341 0 5 0 0 0\nintr 1943231 0 21\nctxt 3212345\nbtime 1732340000\n',
    { busyTicks: 6840 + 5212 + 98, allTicks: 6840 + 5212 + 1224312 + 1312 + 98, cores: 4 },
  ],
  [
    'a PC with guests, which are counted as user already',
    'cpu  1000 10 500 5000 20 5 6 7 900 3\ncpu0 500 5 250 2500 10 3 3 4 450 2\ncpu1 500 5 250 2500 10 2 3 3 450 1\n',
    { busyTicks: 1000 + 10 + 500 + 5 + 6 + 7, allTicks: 1000 + 10 + 500 + 5000 + 20 + 5 + 6 + 7, cores: 2 },
  ],
  ['an old kernel without stolen time', 'cpu  1 2 3 4\n', { busyTicks: 6, allTicks: 10, cores: 1 }],
  ['nothing', '', undefined],
  ['too few fields', 'cpu  1 2\n', undefined],
  ['no numbers', 'cpu  a b c d\n', undefined],
] as const)
  test(`CPU times of ${what}`, (t) => t.deepEqual(cpuTimes(text), expected));

for (const [what, text, expected] of [
  [
    'a Pi',
    'MemTotal:         945512 kB\nMemFree:          583212 kB\nMemAvailable:     748720 kB\nBuffers:           21540 kB\nCached:           199840 kB\n',
    { totalBytes: 945512 * 1024, availableBytes: 748720 * 1024 },
  ],
  [
    'a PC',
    'MemTotal:       24684084 kB\nMemFree:        21334904 kB\nMemAvailable:   23090640 kB\nHugePages_Total:       0\n',
    { totalBytes: 24684084 * 1024, availableBytes: 23090640 * 1024 },
  ],
  ['a kernel that does not tell what is available', 'MemTotal:  945512 kB\nMemFree:  583212 kB\n', undefined],
  ['nothing', '', undefined],
] as const)
  test(`memory of ${what}`, (t) => t.deepEqual(memory(text), expected));

for (const [what, sensors, expected] of [
  ['a Pi', [{ name: 'cpu-thermal', text: '48312\n' }], 48.312],
  [
    'a PC: the processor and not the room',
    [
      { name: 'acpitz', text: '27800\n' },
      { name: 'x86_pkg_temp', text: '61000\n' },
      { name: 'iwlwifi_1', text: '70000\n' },
    ],
    61,
  ],
  [
    'a PC whose processor has only a hardware monitor',
    [
      { name: 'acpitz', text: '16800\n' },
      { name: 'k10temp', text: '44125\n' },
    ],
    44.125,
  ],
  [
    'a board with several sensors: the warmest of the processor',
    [
      { name: 'cpu0-thermal', text: '51000\n' },
      { name: 'soc-thermal', text: '53500\n' },
      { name: 'gpu-thermal', text: '60000\n' },
    ],
    53.5,
  ],
  ['one unknown sensor', [{ name: 'acpitz', text: '27800\n' }], 27.8],
  ['frost', [{ name: 'cpu-thermal', text: '-5000\n' }], -5],
  [
    'a sensor that says what cannot be',
    [
      { name: 'cpu-thermal', text: '-274000\n' },
      { name: 'acpitz', text: '30000\n' },
    ],
    30,
  ],
  ['a sensor that says nothing', [{ name: 'cpu-thermal', text: '' }], undefined],
  ['no sensor', [], undefined],
] as const)
  test(`temperature of ${what}`, (t) => t.is(temperatureC(sensors), expected));
