import test from 'ava';
import type { CaptureReport, CaptureTask } from './_capture.ts';
import { runScript, scriptedCards } from './_cards.ts';

const cards = scriptedCards();

async function captureAll(task: CaptureTask): Promise<CaptureReport[]> {
  const { code, signal, stdout, stderr } = await runScript('_capture.ts', task, await cards);
  if (code !== 0) throw new Error(`exit code ${code}, signal ${signal}: ${stderr}`);
  return JSON.parse(stdout);
}

async function capture(task: CaptureTask): Promise<CaptureReport> {
  const [report] = await captureAll(task);
  if (!report) throw new Error('no report');
  return report;
}

for (const format of ['S16_LE', 'S24_3LE', 'S24_LE', 'S32_LE', 'FLOAT_LE'] as const)
  for (const access of ['mmap', 'mmap_planar', 'readi'])
    test(`${format} over ${access} arrives exact and in order`, async (t) => {
      const device = `card:FORMATS='${format}',ACCESSES='${access}'`;
      const { status, ...report } = await capture({ options: { device }, blocks: 30 });
      t.is(status.granted?.format, format);
      t.is(status.granted?.access, access === 'readi' ? 'readi' : 'mmap');
      t.is(report.wrongSamples, 0);
      t.is(report.jumps, 0);
      t.is(report.lostFrames, 0);
      t.is(report.idleWakes, 0);
      t.true(report.timesGrow);
    });

for (const rateHz of [44100, 48000, 96000])
  test(`${rateHz} Hz is granted as asked, with a period of 10 ms`, async (t) => {
    const { status, ...report } = await capture({ options: { device: 'card', rateHz }, blocks: 10 });
    t.like(status.granted, { rateHz, converted: false, periodFrames: rateHz / 100, bufferFrames: rateHz / 5 });
    t.deepEqual(report.lengths, [rateHz / 100]);
    t.is(report.wrongSamples, 0);
  });

test('the widest format at the asked rate is taken', async (t) => {
  const { status } = await capture({ options: { device: "card:FORMATS='S16_LE S24_3LE'" }, blocks: 1 });
  t.is(status.granted?.format, 'S24_3LE');
});

test('a rate that the card does not offer: the nearest, or converted when that is wanted', async (t) => {
  const options = { device: "card:RATES='44100'" };
  const nearest = await capture({ options, blocks: 5 });
  t.like(nearest.status.granted, { rateHz: 44100, converted: false });
  const converted = await capture({ options: { ...options, convertRate: true }, blocks: 5 });
  t.like(converted.status.granted, { rateHz: 48000, converted: true });
  const needless = await capture({ options: { device: 'card', convertRate: true }, blocks: 5 });
  t.like(needless.status.granted, { rateHz: 48000, converted: false });
});

test('a device whose name needs quoting can be converted too', async (t) => {
  const options = { device: "it's, a \\ card=1", convertRate: true };
  const { status } = await capture({ options, blocks: 5 });
  t.like(status.granted, { rateHz: 48000, converted: true });
});

test('one channel, a pair, and a pair out of a wide card', async (t) => {
  for (const [cardChannels, channels] of [
    ['1', [1]],
    ['2', [2]],
    ['2', [2, 1]],
    ['8', [3, 4]],
    ['8', [8, 1]],
  ] as const) {
    const device = `card:CHANNELS='${cardChannels}'`;
    const { status, wrongSamples } = await capture({ options: { device, channels: [...channels] }, blocks: 5 });
    t.like(status.granted, { cardChannels: Number(cardChannels), channels: channels.length });
    t.is(wrongSamples, 0, `${channels} of ${cardChannels}`);
  }
});

test('the narrowest setting of the card that holds the channels is taken, but two rather than one', async (t) => {
  const device = "card:CHANNELS='1 2 4 8'";
  for (const [channels, granted] of [
    [[1], 2],
    [[3, 4], 4],
    [[5], 8],
  ] as const) {
    const { status } = await capture({ options: { device, channels: [...channels] }, blocks: 1 });
    t.is(status.granted?.cardChannels, granted);
  }
});

test('a pair that starts in a card too narrow for its second channel gets the first one twice', async (t) => {
  const report = await capture({ options: { device: "card:CHANNELS='1'", channels: [1, 2] }, blocks: 2 });
  t.is(report.first.length, 2);
  t.is(report.first[0], report.first[1]);
});

test('a pair beyond the card is refused in words', async (t) => {
  const { status } = await capture({ options: { device: 'card', channels: [3, 4] }, blocks: 1 });
  t.is(status.end?.cause, 'refused');
  t.regex(status.end?.message ?? '', /has 2 channels, channel 3 was asked for/);
});

for (const [fault, counts] of [
  ['xrun', { xruns: 1, suspends: 0 }],
  ['suspend', { xruns: 0, suspends: 1 }],
  ['suspend_dead', { xruns: 0, suspends: 1 }],
] as const)
  test(`${fault}: goes on, and says how much was lost`, async (t) => {
    const device = `card:FAULTS='${fault}@4800+200'`;
    const { status, ...report } = await capture({ options: { device }, blocks: 40 });
    t.like(status, { state: 'running', ...counts });
    t.true(report.lostFrames >= 9000, `${report.lostFrames} frames`);
    t.is(status.lostFrames.card, report.lostFrames);
    t.is(report.jumps, 0);
    t.true(report.timesGrow);
  });

for (const [device, cause, errno] of [
  ["card:FAULTS='unplug@4800'", 'unplugged', 19],
  ["card:FAULTS='stall@4800'", 'stalled', 0],
  ["card:FAULTS='empty@4800'", 'stalled', 0],
  ['busy', 'busy', 16],
  ['no such name', 'absent', 2],
  ['hw:CARD=NOSUCHCARD', 'absent', 19],
  ["card:FORMATS='U8'", 'refused', 22],
] as const)
  test(`${device} ends as ${cause}`, async (t) => {
    const { status } = await capture({ options: { device }, blocks: Number.MAX_SAFE_INTEGER });
    t.is(status.state, 'ended');
    t.like(status.end, { cause, errno });
    t.true(status.end?.message.startsWith(device));
  });

test('an event loop that does not read loses the newest, and is told', async (t) => {
  const task = { options: { device: 'card', ringMs: 100 }, blocks: 40, sleepMs: 1000 };
  const { status, ...report } = await capture(task);
  t.true(status.lostFrames.ring > 0);
  t.is(report.lostFrames, status.lostFrames.ring);
  t.is(status.lostFrames.card, 0);
  t.is(report.jumps, 0);
  t.is(report.wrongSamples, 0);
});

test('two workers capture side by side', async (t) => {
  for (const report of await captureAll({ options: { device: 'card' }, blocks: 50, workers: 2 })) {
    t.is(report.blocks, 50);
    t.is(report.wrongSamples, 0);
    t.is(report.status.state, 'running');
  }
});
