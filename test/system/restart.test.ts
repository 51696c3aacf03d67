import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { wholeMp3Frames } from '../../src/encoders/mp3-frames.ts';
import { type Box, freePort, MAIN, startBox } from '../support/box.ts';
import { DESK_TOML, Desk } from '../support/desk.ts';
import { listen } from '../support/listener.ts';
import { run, until } from '../support/processes.ts';

async function demoBox(t: ExecutionContext): Promise<{ box: Box; desk: Desk }> {
  const box = await startBox(`${DESK_TOML}[input]\nsource = "demo"\n`);
  t.teardown(() => box.stop());
  return { box, desk: new Desk(box) };
}

/** How often a box has said that it is on air. */
const starts = ({ output }: Pick<Box, 'output'>) => output().split('on air; open').length - 1;

test.serial('a restart ends the listeners in order, reads the file anew and comes back at the same port', async (t) => {
  const { box, desk } = await demoBox(t);
  const mp3 = listen(box.port, '/stream.mp3');
  await until('heard', () => mp3.body().length > 5000);
  t.deepEqual((await desk.set({ 'listeners.stall_ms': 300, 'input.channels': [1] })).waiting, [
    'input.channels',
    'listeners.stall_ms',
  ]);
  writeFileSync(
    box.config,
    `${readFileSync(box.config, 'utf8')}[station]\nname = "By hand"\n[opus]\nenabled = false\n`,
  );
  t.deepEqual((await desk.settings()).waiting, [
    'station.name',
    'input.channels',
    'opus.enabled',
    'listeners.stall_ms',
  ]);
  t.deepEqual(await desk.restart(), { status: 202 });
  await until('it is back', () => starts(box) === 2);
  t.false(mp3.open());
  t.is(wholeMp3Frames(mp3.body()), mp3.body().length, 'whole frames');
  t.is(box.child.exitCode, null, 'the same process');
  const { name, programme, formats, listeners } = await box.status();
  t.deepEqual([name, programme.channels, formats[1]?.enabled, listeners.now], ['By hand', 1, false, 0]);
  t.deepEqual((await desk.settings()).waiting, []);
  const again = listen(box.port, '/stream.mp3');
  await until('heard again', () => again.body().length > 5000);
  again.stop();
  t.is((await desk.restart()).status, 202, 'as often as one likes');
  await until('it is back', () => starts(box) === 3);
  await box.stop();
  t.is(box.child.exitCode, 0);
  t.notRegex(box.output(), /Error|Warning/);
});

test.serial('a file that has become bad leaves the box as it is, and the answer says why', async (t) => {
  const { box, desk } = await demoBox(t);
  const wav = listen(box.port, '/stream.wav');
  await until('heard', () => wav.body().length > 5000);
  writeFileSync(box.config, `${readFileSync(box.config, 'utf8')}[opus]\ncomplexity = 11\n`);
  const { status, faults } = await desk.restart();
  t.is(status, 400);
  t.regex(faults?.[0] ?? '', /opus\.complexity = 11: expected a whole number from 0 to 10/);
  const bytes = wav.body().length;
  await until('heard on', () => wav.body().length > bytes + 192_000);
  t.true(wav.open());
  t.is(starts(box), 1);
  wav.stop();
});

test.serial('a port that another program has got meanwhile: the box goes on as it was', async (t) => {
  const { box } = await demoBox(t);
  const [port, taken] = [await freePort(), createServer()];
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  t.teardown(() => taken.close());
  const address = taken.address();
  const takenPort = typeof address === 'object' && address ? address.port : 0;
  // This one has its port from the file.
  const config = join(dirname(box.config), 'other.toml');
  const toml = (one: number) =>
    `[input]\nsource = "demo"\n[http]\nadmin_password = "hand"\nhost = "127.0.0.1"\nport = ${one}\n`;
  writeFileSync(config, toml(port));
  const other = run(process.execPath, [MAIN, '--config', config]);
  t.teardown(() => other.stop());
  await until('on air', () => starts(other) === 1 || other.output());
  writeFileSync(config, toml(takenPort));
  t.is((await new Desk({ url: `http://127.0.0.1:${port}` }).restart()).status, 202);
  await until('back where it was', () => starts(other) === 2 || other.output());
  t.is((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
  t.regex(other.output(), /EADDRINUSE.*going on with the old configuration/);
});

for (const afterMs of [0, 100, 400]) {
  test.serial(`SIGTERM ${afterMs} ms into a restart ends the box in order`, async (t) => {
    const { box, desk } = await demoBox(t);
    const mp3 = listen(box.port, '/stream.mp3');
    await until('heard', () => mp3.body().length > 5000);
    t.is((await desk.restart()).status, 202);
    await sleep(afterMs);
    await box.stop();
    t.is(box.child.exitCode, 0, box.output());
    t.notRegex(box.output(), /Error/);
    t.is(wholeMp3Frames(mp3.body()), mp3.body().length, 'whole frames');
  });
}
