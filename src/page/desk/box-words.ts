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
  const { capture, machineMemory: memory, disk, temperatureC } = box;
  const lost = capture.lostFrames > 0 || capture.xruns > 0;
  return [
    ...(temperatureC === undefined
      ? []
      : [fact('Temperature', `${figure(temperatureC)} °C`, mood(temperatureC, HOT_C), ['warm', 'too hot'])]),
    {
      ...fact('Processor', `${figure(box.machineCpuPercent)} %`, mood(box.machineCpuPercent, BUSY_PERCENT), [
        'busy',
        'too busy',
      ]),
      more: `of ${count(box.cores, 'core', 'cores')}; Boardfeed ${figure(box.cpuPercent)} % of one`,
    },
    {
      ...fact(
        'Memory',
        `${size(memory.availableBytes)} free`,
        scarce(memory.availableBytes, memory.totalBytes),
        LITTLE,
      ),
      more: `of ${size(memory.totalBytes)}; Boardfeed takes ${size(box.memoryBytes)}`,
    },
    ...(disk
      ? [
          {
            ...fact('Disk', `${size(disk.freeBytes)} free`, scarce(disk.freeBytes, disk.totalBytes), LITTLE),
            more: `of ${size(disk.totalBytes)} (${disk.path})`,
          },
        ]
      : []),
    {
      ...fact(
        'Lost on the way in',
        lost ? count(capture.lostFrames, 'frame', 'frames') : 'nothing',
        lost ? 'warn' : 'good',
      ),
      ...(lost && { more: `${count(capture.xruns, 'overrun', 'overruns')} since the card was opened` }),
    },
    { ...fact('Running for', duration(box.uptimeS), 'good'), more: `the machine for ${duration(box.machineUptimeS)}` },
    fact('Addresses', box.addresses.join('\n') || 'none', box.addresses.length > 0 ? 'good' : 'bad'),
  ];
}

const LITTLE: readonly [string, string] = ['little', 'too little'];

function fact(title: string, figures: string, mood: Fact['mood'], says?: readonly [warn: string, bad: string]): Fact {
  const word = mood === 'good' ? undefined : says?.[mood === 'warn' ? 0 : 1];
  return { title, words: word ? `${figures}, ${word}` : figures, mood };
}

const mood = (value: number, limit: { warn: number; bad: number }) =>
  value >= limit.bad ? 'bad' : value >= limit.warn ? 'warn' : 'good';

const scarce = (free: number, total: number) => mood(-free, { warn: -SCARCE.warn * total, bad: -SCARCE.bad * total });
