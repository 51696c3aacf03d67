import type { BoxHealth } from '../desk/contract.ts';

/** What systeminformation's commands may take, ms: one that hangs must not keep the page waiting. */
const PATIENCE_MS = 5000;

/**
 * What the machine is: asked once, when the desk asks for the first time, because the library starts processes for it. What changes
 * is read from the kernel instead, for the cost of these calls (`npm run bench:idle`, an AMD EPYC; ms of CPU with that of the
 * processes that are started, and how many of those there are):
 *
 * | systeminformation   | ms  | processes | here                                  | ms   |
 * | ------------------- | --- | --------- | ------------------------------------- | ---- |
 * | system()            | 30  | 4         |                                       |      |
 * | osInfo()            | 39  | 5         |                                       |      |
 * | cpuTemperature()    | 21  | 4         | thermometers in /sys                  | 0.06 |
 * | mem()               | 0.3 | 0         | /proc/meminfo                         | 0.04 |
 * | currentLoad()       | 0.2 | 0         | /proc/stat                            | 0.07 |
 * | fsSize()            | 10  | 2         | statfs                                | 0.02 |
 * | time()              | 8   | 1         | /run/systemd/timesync                 | 0.05 |
 * | networkInterfaces() | 80  | 6         | os.networkInterfaces()                |      |
 * |                     |     |           | throttling, in /sys                   | 0.07 |
 * |                     |     |           | watchdogs of the hardware, in /sys    | 0.03 |
 *
 * One whole look of ours is 0.7 ms: every 10 s, 0.007 % of one core.
 */
export async function readMachine(): Promise<NonNullable<BoxHealth['machine']>> {
  const { osInfo, system } = (await import('systeminformation')).default;
  const timeout = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS).unref());
  const [board, os] = await Promise.all([Promise.race([system(), timeout]), Promise.race([osInfo(), timeout])]);
  const model = known(board?.manufacturer, board?.model);
  const systemName = known(os?.distro, os?.release);
  return { ...(model && { model }), ...(systemName && { system: systemName }) };
}

/** Words that say something, in one text. */
function known(...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word && !/^(unknown|default string|n\/a|to be filled.*)$/i.test(word)).join(' ');
}
