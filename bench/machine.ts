import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';

/** The machine that the figures are of, in one line: figures of different machines must not be compared. */
export function describeMachine(): string {
  const models = [...new Set(cpus().map(({ model }) => model.trim()))].join(', ');
  const system = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown system';
  const memoryGb = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg()[0]?.toFixed(2);
  return `${cpus().length} × ${models} (${arch()}), ${memoryGb} GiB, ${system}, Linux ${release()}, Node ${process.versions.node}, load ${load} at the start`;
}
