import { readdirSync, readFileSync } from 'node:fs';

/** Memory of a process in MB (10⁶ bytes). */
export interface Memory {
  /** Resident pages, shared ones in full: what `top` shows. */
  rssMb: number;
  /** Resident pages, shared ones divided among those who share them. */
  pssMb: number;
  /** Pages of its own that were written. */
  privateDirtyMb: number;
}

/** The value of a line `Name:  123 kB`, in MB. Throws when there is none. */
export function readKb(text: string, name: string): number {
  const value = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`no ${name} in ${text.slice(0, 200)}`);
  return (Number(value) * 1024) / 1e6;
}

export function readMemory(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return {
    rssMb: readKb(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS'),
    pssMb: readKb(rollup, 'Pss'),
    privateDirtyMb: readKb(rollup, 'Private_Dirty'),
  };
}

/** Time that each thread of a process has run so far, in ms, by thread id. Counted in ns, unlike the ticks of `stat`. */
export function readThreadsMs(pid: number): Map<string, { name: string; ms: number }> {
  const threads = new Map<string, { name: string; ms: number }>();
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    try {
      const [ns = '0'] = readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ');
      const name = readFileSync(`/proc/${pid}/task/${id}/comm`, 'utf8').trim();
      threads.set(id, { name, ms: Number(ns) / 1e6 });
    } catch {
      // The thread ended between the listing and the reading.
    }
  }
  return threads;
}

/** What each thread ran between two readings, in ms, and all of them together. A thread that ended in between is left out. */
export function threadsDelta(
  before: ReadonlyMap<string, { name: string; ms: number }>,
  after: ReadonlyMap<string, { name: string; ms: number }>,
): { totalMs: number; threads: { name: string; ms: number }[] } {
  const threads = [...after].map(([id, { name, ms }]) => ({ name, ms: ms - (before.get(id)?.ms ?? 0) }));
  return { totalMs: threads.reduce((sum, { ms }) => sum + ms, 0), threads: threads.toSorted((a, b) => b.ms - a.ms) };
}
