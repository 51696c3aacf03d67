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

/** How the machine is, in words. What it does not know is left out. */
export function boxFacts(box: BoxHealth): Fact[] {
  const { disk, temperatureC } = box;
  return [
    ...(temperatureC === undefined
      ? []
      : [fact('Temperature', `${figure(temperatureC)} °C`, mood(temperatureC, HOT_C), ['warm', 'too hot'])]),
    processor(box),
    memory(box),
    ...(disk ? [room('Disk', disk.freeBytes, disk.totalBytes, ` (${disk.path})`)] : []),
    lost(box),
    { ...fact('Running for', duration(box.uptimeS), 'good'), more: `the machine for ${duration(box.machineUptimeS)}` },
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

function lost({ capture: { lostFrames, xruns } }: BoxHealth): Fact {
  const title = 'Lost on the way in';
  if (lostFrames === 0 && xruns === 0) return fact(title, 'nothing', 'good');
  const more = `${count(xruns, 'overrun', 'overruns')} since the card was opened`;
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
