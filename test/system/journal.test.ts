import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { startBox } from '../support/box.ts';
import { hear } from '../support/hear.ts';
import { until } from '../support/processes.ts';
import { PulseRig } from '../support/pulse.ts';

/** What a box may log in an hour in which nothing happens, its start included. */
const QUIET_LINES = 20;

test('the journal: a quiet time says nothing, and an unplugged and replugged card is two lines that say everything', async (t) => {
  t.timeout(150_000);
  const rig = new PulseRig();
  t.teardown(() => rig.stop());
  await rig.start();
  // The machine is looked at as often as in an hour, and more.
  const toml = '[input]\nsource = "alsa"\ndevice = "mixer"\n[programme]\ngrace_s = 1\n[health]\nevery_s = 1\n';
  const box = await startBox(toml, { ...rig.env, JOURNAL_STREAM: '1:1' });
  t.teardown(() => box.stop());
  const state = (wanted: string) => async () => {
    const { programme } = await box.status();
    return programme.state === wanted || programme;
  };
  const lines = () => box.output().trimEnd().split('\n');
  await until('live', state('live'));
  await sleep(1000);
  t.true(lines().length < QUIET_LINES, box.output());

  const quiet = await undisturbed(t, async () => {
    const before = lines().length;
    for (let rounds = 0; rounds < 4; rounds++) {
      await hear(`${box.url}/stream.wav?burst=0`, 1);
      await sleep(1000);
    }
    return lines().slice(before);
  });
  t.deepEqual(quiet, [], 'nothing happens, nothing is said');

  const replugged = await undisturbed(t, async () => {
    const before = lines().length;
    await rig.kill();
    await until('fallback', state('fallback'));
    await sleep(1500);
    await rig.start();
    await until('live again', state('live'));
    await sleep(1000);
    return lines().slice(before);
  });
  const [lost, back, ...more] = replugged;
  t.deepEqual(more, [], box.output());
  t.regex(lost ?? '', /WARN.*source: \S+: mixer: .+; trying again$/);
  t.regex(back ?? '', /INFO.*source: alsa mixer is back after \d+\.\d s/);
});

/** Does it once more when the machine was so busy that the sound stood still by itself, which is told, and rightly so. */
async function undisturbed(t: ExecutionContext, lines: () => Promise<string[]>): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    const told = await lines();
    if (attempt === 3 || !told.some((line) => line.includes('no sound from the source'))) return told;
    t.log('the machine stood still; once more');
  }
}
