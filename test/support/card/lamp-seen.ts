import { PATTERNS, type PatternName } from '../../../src/device/panel/patterns.ts';

/** What the line of a lamp was at a moment. */
export interface LampLook {
  readonly atMs: number;
  readonly lit: boolean;
}

/** How long the lamp stayed as it was. */
export interface LampRun {
  readonly lit: boolean;
  readonly ms: number;
}

/** A look comes late, and so does the box: both run on an emulated processor. */
const TOLERANCE_MS = 140;

/** Looks as a shell in the guest prints them: uptime in s, and the line's value, one look a line. */
export function looksIn(printed: string): LampLook[] {
  return [...printed.matchAll(/^([\d.]+) ([01])$/gm)].map(([, s, value]) => ({
    atMs: Number(s) * 1000,
    lit: value === '1',
  }));
}

/** What a shell in the guest does to look at a line of sysfs for some seconds, twenty times a second. */
export function lookAt(valueFile: string, seconds: number): string {
  const look = `read up rest < /proc/uptime; read value < ${valueFile}; echo "$up $value"; sleep 0.04`;
  return `read up rest < /proc/uptime; end=$((\${up%.*} + ${seconds})); while [ \${up%.*} -lt $end ]; do ${look}; done`;
}

/** How long it was alight and dark, in turn: from the first change that was seen to the last. */
export function runsIn(looks: readonly LampLook[]): LampRun[] {
  const changes = looks.filter(({ lit }, index) => index > 0 && lit !== looks[index - 1]?.lit);
  return changes.slice(1).map(({ atMs }, index) => {
    const { atMs: fromMs, lit } = changes[index] as LampLook;
    return { lit, ms: atMs - fromMs };
  });
}

/** The patterns that fit to what was seen, each at least once as a whole. */
export function patternsSeen(looks: readonly LampLook[]): PatternName[] {
  const runs = runsIn(looks);
  return (Object.keys(PATTERNS) as PatternName[]).filter((name) => fits(runs, PATTERNS[name]));
}

/** Patterns go round, and nobody knows where they were when the first look came. */
function fits(runs: readonly LampRun[], times: readonly number[]): boolean {
  if (runs.length < times.length) return false;
  return times.some((_, from) =>
    runs.every(({ lit, ms }, index) => {
      const at = (from + index) % times.length;
      return lit === (at % 2 === 0) && Math.abs(ms - (times[at] ?? 0)) <= TOLERANCE_MS;
    }),
  );
}
