import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { alsaConfig, runScript } from './_cards.ts';
import type { PulseReport } from './_pulse.ts';

test('captures from a real PulseAudio, and says when it is not there, dies, and is back', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'boardfeed-pulse-'));
  t.teardown(() => rm(home, { recursive: true }));
  const runtime = join(home, 'run');
  await mkdir(runtime, { mode: 0o700 });
  await writeFile(join(home, 'client.conf'), 'autospawn = no\n');
  const { code, stdout, stderr } = await runScript(
    '_pulse.ts',
    {},
    {
      ...process.env,
      ALSA_CONFIG_PATH: alsaConfig,
      HOME: home,
      XDG_RUNTIME_DIR: runtime,
      PULSE_RUNTIME_PATH: runtime,
      PULSE_CLIENTCONFIG: join(home, 'client.conf'),
    },
  );
  t.is(code, 0, stderr);
  const report: PulseReport = JSON.parse(stdout);
  t.is(report.absent.end?.cause, 'absent');
  t.regex(report.absent.end?.message ?? '', /^mixer: open: .*Connection refused/);
  t.true(report.inOrder >= 24_000, `${report.inOrder} frames in order`);
  t.is(report.killed.end?.cause, 'unplugged', report.killed.end?.message);
  t.is(report.killed.granted?.access, 'readi');
  t.is(report.again.state, 'running', report.again.end?.message);
});
