import type { BoxHealth, Throttling } from '../desk/contract.ts';
import { CONDITION_NAMES } from '../device/conditions.ts';

/** Sets one value of a metric, with its labels. */
export type Put = (value: number | undefined, labels?: Record<string, string>) => void;
/** Adds a gauge whose values are asked for when the page is. */
export type AddGauge = (name: string, help: string, labelNames: string[], collect: (put: Put) => void) => void;

const THROTTLING: readonly Throttling[] = ['under-voltage', 'frequency capped', 'throttled', 'soft temperature limit'];

/** Adds how the machine is. What it does not know does not appear. */
export function addHealthMetrics(gauge: AddGauge, health: () => BoxHealth | undefined): void {
  const one = (name: string, help: string, value: (box: BoxHealth) => number | boolean | undefined) =>
    gauge(name, help, [], (put) => {
      const box = health();
      const figure = box && value(box);
      if (figure !== undefined) put(Number(figure));
    });
  gauge('condition', 'What is wrong with the machine: 1 for what is.', ['name'], (put) => {
    const box = health();
    if (!box) return;
    for (const name of CONDITION_NAMES) put(Number(box.conditions.some((held) => held.name === name)), { name });
  });
  gauge('machine_throttling', 'Whether the processor is slowed down, by why.', ['why'], (put) => {
    const throttling = health()?.throttling;
    if (throttling) for (const why of THROTTLING) put(Number(throttling.includes(why)), { why });
  });
  one('machine_temperature_celsius', 'Temperature of the processor.', (box) => box.temperatureC);
  one('machine_uptime_seconds', 'Time since the machine was started.', (box) => box.machineUptimeS);
  one('machine_memory_bytes', 'Memory of the machine.', (box) => box.machineMemory?.totalBytes);
  one(
    'machine_memory_available_bytes',
    'Memory that programs may still take.',
    (box) => box.machineMemory?.availableBytes,
  );
  one('disk_bytes', 'Size of the file system that the box writes to.', (box) => box.disk?.totalBytes);
  one('disk_free_bytes', 'What is free of it.', (box) => box.disk?.freeBytes);
  one('clock_synchronised', 'Whether a time server has set the clock.', (box) => box.clockSynchronised);
  one('hardware_watchdog_armed', 'Whether a watchdog resets a machine that hangs.', (box) => box.watchdog?.armed);
  one('source_xruns_last_hour', 'Overruns of the card within the last hour.', (box) => box.capture.xrunsLastHour);
  one('source_clock_offset_ratio', "How much faster than its rate the card's clock runs, as a part of it.", (box) =>
    box.capture.clockPpm === undefined ? undefined : box.capture.clockPpm / 1e6,
  );
}
