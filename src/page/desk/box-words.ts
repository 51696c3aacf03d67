import type { BoxHealth } from '../../desk/contract.ts';
import { count, duration, figure, size } from './units.ts';

/** One fact of the box. */
export interface Fact {
  readonly title: string;
  readonly words: string;
  readonly more?: string;
  readonly mood: 'good' | 'warn' | 'bad';
}

/** A Raspberry Pi slows down at 80 °C (its firmware's soft limit). */
const HOT_C = { warn: 70, bad: 80 };
/** Of what there is. */
const SCARCE = { warn: 0.15, bad: 0.05 };
const BUSY_PERCENT = { warn: 75, bad: 90 };
/** A crystal is off by 100 ppm at most. */
const OFF_PPM = { warn: 200, bad: 500 };

/** How the machine is, in words. What it does not know is left out. */
export function boxFacts(box: BoxHealth): Fact[] {
  const { disk, temperatureC } = box;
  return [
    ...box.conditions.map(({ name, words }): Fact => ({ title: 'Attention', words: name, more: words, mood: 'bad' })),
    ...(temperatureC === undefined
      ? []
      : [fact('Temperature', `${figure(temperatureC)} °C`, mood(temperatureC, HOT_C), ['warm', 'too hot'])]),
    ...(box.throttling ? [throttling(box.throttling)] : []),
    processor(box),
    memory(box),
    ...(disk ? [room('Disk', disk.freeBytes, disk.totalBytes, ` (${disk.path})`)] : []),
    lost(box),
    ...cardClock(box),
    { ...fact('Running for', duration(box.uptimeS), 'good'), more: `the machine for ${duration(box.machineUptimeS)}` },
    ...(box.clockSynchronised === undefined
      ? []
      : [fact('Time of the day', box.clockSynchronised ? 'set' : 'not set', box.clockSynchronised ? 'good' : 'warn')]),
    ...(box.watchdog ? [watchdog(box.watchdog)] : []),
    ...machine(box),
    fact('Addresses', box.addresses.join('\n') || 'none', box.addresses.length > 0 ? 'good' : 'bad'),
  ];
}

function processor({ cpuPercent, machineCpuPercent: all, cores }: BoxHealth): Fact {
  const own = `Boardfeed ${figure(cpuPercent)} % of one core`;
  if (all === undefined) return fact('Processor', own, 'good');
  const words = fact('Processor', `${figure(all)} %`, mood(all, BUSY_PERCENT), ['busy', 'too busy']);
  return { ...words, more: `of ${count(cores, 'core', 'cores')}; ${own}` };
}

function memory({ memoryBytes, machineMemory: all }: BoxHealth): Fact {
  const own = `Boardfeed takes ${size(memoryBytes)}`;
  return all ? room('Memory', all.availableBytes, all.totalBytes, `; ${own}`) : fact('Memory', own, 'good');
}

function throttling(why: NonNullable<BoxHealth['throttling']>): Fact {
  return why.length === 0 ? fact('Throttling', 'none', 'good') : fact('Throttling', why.join('\n'), 'bad');
}

function cardClock({ capture: { clockPpm } }: BoxHealth): Fact[] {
  if (clockPpm === undefined) return [];
  const words = `${figure(Math.abs(clockPpm))} ppm`;
  const more =
    Math.abs(clockPpm) < 0.5 ? 'as the machine' : clockPpm > 0 ? 'faster than the machine' : 'slower than the machine';
  return [{ ...fact("Card's clock", words, mood(Math.abs(clockPpm), OFF_PPM), ['off', 'far off']), more }];
}

/** One that is armed tells which; else all that could be. */
function watchdog({ armed, devices }: NonNullable<BoxHealth['watchdog']>): Fact {
  const told = armed ? devices.filter(({ active }) => active) : devices;
  const more = told.map(({ identity, timeoutS }) => (timeoutS ? `${identity}, ${timeoutS} s` : identity)).join('\n');
  return { ...fact('Hardware watchdog', armed ? 'armed' : 'not armed', armed ? 'good' : 'warn'), more };
}

function machine({ machine: { model, system } = {} }: BoxHealth): Fact[] {
  const [words, more] = model ? [model, system] : [system];
  return words ? [{ ...fact('Machine', words, 'good'), ...(more && { more }) }] : [];
}

function lost({ capture: { lostFrames, xruns, xrunsLastHour } }: BoxHealth): Fact {
  const title = 'Lost on the way in';
  if (lostFrames === 0 && xruns === 0) return fact(title, 'nothing', 'good');
  const more = `${count(xruns, 'overrun', 'overruns')} since the card was opened, ${xrunsLastHour} within the last hour`;
  return { ...fact(title, count(lostFrames, 'frame', 'frames'), 'warn'), more };
}

function room(title: string, free: number, total: number, more: string): Fact {
  const scarcity = mood(-free, { warn: -SCARCE.warn * total, bad: -SCARCE.bad * total });
  return {
    ...fact(title, `${size(free)} free`, scarcity, ['little', 'too little']),
    more: `of ${size(total)}${more}`,
  };
}

function fact(title: string, figures: string, mood: Fact['mood'], says?: readonly [warn: string, bad: string]): Fact {
  const word = mood === 'good' ? undefined : says?.[mood === 'warn' ? 0 : 1];
  return { title, words: word ? `${figures}, ${word}` : figures, mood };
}

const mood = (value: number, limit: { warn: number; bad: number }) =>
  value >= limit.bad ? 'bad' : value >= limit.warn ? 'warn' : 'good';
