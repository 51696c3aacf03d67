/** CPU time since the machine was started, in ticks of the kernel; both count all cores together. */
export interface CpuTimes {
  readonly busyTicks: number;
  readonly allTicks: number;
  /** Cores that are switched on. */
  readonly cores: number;
}

/** A sensor and what it printed, thousandths of a degree Celsius. */
export interface SensorText {
  readonly name: string;
  readonly text: string;
}

/** Sensors that sit in the processor, as drivers of small boards and of PCs call them. */
export const CPU_SENSOR = /cpu|soc|x86_pkg|coretemp|k10temp|zenpower/i;
/** What a working sensor can say of a machine that still runs, degrees Celsius. */
const PLAUSIBLE_C = { min: -40, max: 150 };

/** Reads `/proc/stat` (proc_stat(5)); undefined when it does not say. */
export function cpuTimes(text: string): CpuTimes | undefined {
  // user nice system idle iowait irq softirq steal; guests, which follow, are counted as user already.
  const fields = /^cpu +(.+)$/m.exec(text)?.[1]?.trim().split(/\s+/).slice(0, 8).map(Number);
  if (!fields || fields.length < 4 || !fields.every(Number.isFinite)) return undefined;
  const [, , , idle = 0, iowait = 0] = fields;
  const allTicks = fields.reduce((sum, ticks) => sum + ticks, 0);
  return { busyTicks: allTicks - idle - iowait, allTicks, cores: text.match(/^cpu\d+ /gm)?.length ?? 1 };
}

/** Reads `/proc/meminfo` (proc_meminfo(5)); undefined when it does not say. */
export function memory(text: string): { totalBytes: number; availableBytes: number } | undefined {
  const totalBytes = meminfoBytes(text, 'MemTotal');
  const availableBytes = meminfoBytes(text, 'MemAvailable');
  return totalBytes === undefined || availableBytes === undefined ? undefined : { totalBytes, availableBytes };
}

/** How warm the processor is, or, when no sensor is known to be its own, the warmest part of the machine. */
export function temperatureC(sensors: readonly SensorText[]): number | undefined {
  const read = sensors
    .map(({ name, text }) => ({ name, degrees: /^-?\d+\s*$/.test(text) ? Number(text) / 1000 : Number.NaN }))
    .filter(({ degrees }) => degrees > PLAUSIBLE_C.min && degrees < PLAUSIBLE_C.max);
  const own = read.filter(({ name }) => CPU_SENSOR.test(name));
  const counted = own.length > 0 ? own : read;
  return counted.length > 0 ? Math.max(...counted.map(({ degrees }) => degrees)) : undefined;
}

function meminfoBytes(text: string, name: string): number | undefined {
  const kibibytes = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
