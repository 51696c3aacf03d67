import test, { type ExecutionContext } from 'ava';
import { lampKind } from '../../src/device/panel/patterns.ts';
import { Report, type ReportedParts } from '../../src/http/report.ts';
import type { Block } from '../../src/pcm.ts';
import { monotonicMs } from '../../src/pcm.ts';
import { Programme } from '../../src/programme/programme.ts';

const FORMAT = { rateHz: 48_000, channels: 2 };

/** A programme that is not on air by itself: it gets its blocks from the test, and nothing fills the time in between. */
function box(t: ExecutionContext) {
  const programme = new Programme({
    format: FORMAT,
    output: { write: () => {} },
    graceMs: 5000,
    fallback: { read: (samples) => void samples.fill(0) },
    silenceDbfs: -60,
    silenceAfterMs: 200,
  });
  t.teardown(() => programme.stop());
  const input = { wanted: 'alsa', status: { kind: 'alsa', attempts: 1 } } as ReportedParts['input'];
  const standstills: string[] = [];
  const device: { standstills(): string[]; latest?: unknown } = { standstills: () => standstills };
  const report = new Report({ programme, input, device } as unknown as ReportedParts);
  let endMs = 0;
  /** A second of a signal, after what was played before. */
  const play = (amplitude: number, atMs = Math.max(endMs, monotonicMs())) => {
    const frames = 48_000;
    const samples = new Float32Array(2 * frames).fill(amplitude);
    endMs = atMs + 1000;
    programme.block({ samples, frames, timeMs: atMs, lostFrames: 0 } as Block);
  };
  const shows = () => lampKind({ updating: false, onAir: report.panel() });
  return { programme, report, play, shows, standstills, device };
}

test('the status LED goes by what the programme and its input really say', (t) => {
  const { programme, report, play, shows } = box(t);
  programme.start();
  t.is(shows(), 'starting');
  play(0.25);
  t.deepEqual(report.panel(), { state: 'live', level: 'signal', kind: 'alsa', wanted: 'alsa', fault: false });
  t.is(shows(), 'live');
  play(1e-5);
  t.is(shows(), 'silent');
  play(1);
  t.is(shows(), 'clipping');
  programme.sourceLost({ cause: 'stalled', message: 'no sound' });
  t.is(shows(), 'lost');
  programme.sourceLost({ cause: 'absent', message: 'no card' });
  t.is(shows(), 'no-device');
  for (let second = 0; second < 3; second++) play(0.25);
  t.is(shows(), 'live', 'what was clipped is seen for a while, not for ever');
});

test('what stands still is a fault, whatever the programme says', (t) => {
  const { programme, play, shows, standstills } = box(t);
  programme.start();
  play(0.25);
  t.is(shows(), 'live');
  standstills.push('the mp3 encoder makes nothing');
  t.is(shows(), 'fault');
});

test('lost data is a fault for the LED; what is wrong with the machine otherwise is not', (t) => {
  const { programme, play, shows, device } = box(t);
  programme.start();
  play(0.25);
  device.latest = { conditions: [{ name: 'hot', words: '' }] };
  t.is(shows(), 'live');
  device.latest = { conditions: [{ name: 'data made anew', words: '' }] };
  t.is(shows(), 'fault');
});
