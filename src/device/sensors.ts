import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CPU_SENSOR, type SensorText } from './kernel-texts.ts';

/**
 * What the machine's thermometers print (Documentation/ABI/testing/sysfs-class-thermal, sysfs-class-hwmon). Of the hardware monitors
 * only those of the processor are asked: others may take long, or wake a disk.
 */
export async function readSensors(sysfs = '/sys'): Promise<SensorText[]> {
  const [zones, monitors] = await Promise.all([
    read(join(sysfs, 'class/thermal'), /^thermal_zone\d+$/, 'type', 'temp', /^/),
    read(join(sysfs, 'class/hwmon'), /^hwmon\d+$/, 'name', 'temp1_input', CPU_SENSOR),
  ]);
  return [...zones, ...monitors];
}

async function read(folder: string, entry: RegExp, name: string, value: string, wanted: RegExp): Promise<SensorText[]> {
  const entries = (await readdir(folder).catch(() => [])).filter((one) => entry.test(one)); // no such sensors here
  const sensors = await Promise.all(
    entries.map(async (one) => {
      const called = await textOf(join(folder, one, name));
      if (called === undefined || !wanted.test(called)) return undefined;
      const text = await textOf(join(folder, one, value));
      return text === undefined ? undefined : { name: called.trim(), text };
    }),
  );
  return sensors.filter((sensor) => sensor !== undefined);
}

/** The text of a file of the kernel; undefined when there is none, or the driver cannot tell at the moment. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch {
    return undefined; // A sensor that is switched off, or a machine that has no such file.
  }
}
