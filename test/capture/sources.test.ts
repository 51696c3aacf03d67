import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { Device } from '../../src/capture/devices.ts';
import { SourceUnavailable } from '../../src/capture/source.ts';
import { sourceMaker } from '../../src/capture/sources.ts';

const FORMAT = { rateHz: 48000, channels: 2 };
const OPTIONS = { source: 'auto', device: 'auto', channels: [1, 2], periodMs: 10, bufferMs: 200 };
const CARD: Device = {
  name: 'hw:CARD=CODEC,DEV=0',
  card: 1,
  device: 0,
  cardId: 'CODEC',
  cardName: 'CODEC',
  deviceName: 'USB Audio',
  driver: 'USB-Audio',
};

/** A machine whose cards come and go as the test wants. */
function machine() {
  const devices: Device[] = [];
  return { devices, hasCaptureNode: () => devices.length > 0, listDevices: async () => devices };
}

test('auto plays the demo signal until a card is plugged in, and never again after that', async (t) => {
  const cards = machine();
  const make = sourceMaker(OPTIONS, FORMAT, cards);
  const demo = await make();
  t.is(demo.kind, 'demo');
  let blocks = 0;
  const ended = new Promise<string>((resolve) => {
    demo.start({ block: () => void blocks++, ended: ({ cause }) => resolve(cause) });
  });
  await sleep(1200);
  t.true(blocks > 50, 'it plays on while there is no card');
  cards.devices.push(CARD);
  t.is(await Promise.race([ended, sleep(5000)]), 'card found');
  const after = blocks;
  await sleep(50);
  t.is(blocks, after, 'and is silent then');
  const alsa = await make();
  t.deepEqual([alsa.kind, alsa.name], ['alsa', CARD.name]);
  cards.devices.pop();
  const error = await t.throwsAsync(make(), { instanceOf: SourceUnavailable });
  t.is(error?.problem.cause, 'absent');
});

test('a demo signal that is closed says nothing more', async (t) => {
  const cards = machine();
  const demo = await sourceMaker(OPTIONS, FORMAT, cards)();
  demo.start({ block: () => {}, ended: () => t.fail('it was closed') });
  demo.close();
  cards.devices.push(CARD);
  await sleep(1200);
  t.pass();
});

for (const [what, options, cause] of [
  ['alsa without a card', { source: 'alsa' }, 'absent'],
  ['an empty USB port', { source: 'alsa', device: 'usb:1-1' }, 'absent'],
  ['a file that is not there', { source: 'file:/nonexistent.wav' }, 'file'],
] as const) {
  test(`unavailable, with the reason: ${what}`, async (t) => {
    const error = await t.throwsAsync(sourceMaker({ ...OPTIONS, ...options }, FORMAT, machine())(), {
      instanceOf: SourceUnavailable,
    });
    t.is(error?.problem.cause, cause);
    t.true((error?.problem.message.length ?? 0) > 10);
  });
}

test('cards that cannot be listed are a problem, not a crash', async (t) => {
  const broken = { hasCaptureNode: () => true, listDevices: () => Promise.reject(new Error('no memory')) };
  const error = await t.throwsAsync(sourceMaker(OPTIONS, FORMAT, broken)(), { instanceOf: SourceUnavailable });
  t.deepEqual(error?.problem, { cause: 'failed', message: 'no memory' });
});
