import test from 'ava';
import { statusLine } from '../../src/device/status-line.ts';

const problem = { cause: 'unplugged', message: 'hw:0: No such device' };

for (const [status, kind, conditions, expected] of [
  [{ state: 'live', level: 'signal' }, 'alsa', [], 'live: signal'],
  [{ state: 'live', level: 'silent' }, 'alsa', ['hot', 'disk low'], 'live: silent (hot, disk low)'],
  [{ state: 'live', level: 'signal' }, 'demo', [], 'live: demo signal'],
  [{ state: 'starting' }, undefined, [], 'starting'],
  [{ state: 'lost', problem }, 'alsa', [], 'lost: hw:0: No such device'],
  [{ state: 'fallback', problem }, 'alsa', ['hot'], 'fallback to tone: hw:0: No such device (hot)'],
] as const) {
  test(expected, (t) => {
    t.is(statusLine(status, 'tone', kind, conditions), expected);
  });
}
