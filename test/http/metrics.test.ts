import test from 'ava';
import type { ListenerState, RemovalReason } from '../../src/connections/listener.ts';
import type { BoxHealth } from '../../src/desk/contract.ts';
import type { Format } from '../../src/encoders/encoder.ts';
import { LazyMetrics } from '../../src/http/lazy-metrics.ts';
import { Places } from '../../src/http/places.ts';
import { Report } from '../../src/http/report.ts';
import { Tally } from '../../src/http/tally.ts';
import type { ProgrammeStatus } from '../../src/programme/programme.ts';
import type { PushStatus } from '../../src/push/push-status.ts';
import { Station } from '../../src/station.ts';
import { readMetrics } from './prometheus.ts';

const BYTES_PER_SECOND = 16_000;
const FORMAT = { id: 'mp3', mimeType: 'audio/mpeg', description: 'MP3', bytesPerSecond: BYTES_PER_SECOND } as Format;

function state(facts: Partial<ListenerState> = {}): ListenerState {
  return {
    id: 'a',
    remoteAddress: '192.0.2.1',
    connectedMs: 20_000,
    givenBytes: 3000,
    takenBytes: 1400,
    backlogBytes: 1600,
    waitingBytes: 0,
    behindMs: 100,
    quietMs: 0,
    kernel: undefined,
    ...facts,
  };
}

const SHOWN = { unackedBytes: 700, unsentBytes: 90, retransmits: 3, rttMs: 4 };
const KERNEL = { ...SHOWN, ackedBytes: 1400, windowBytes: 65_536, windowStepBytes: 128, beyondGap: 0, sinceAckMs: 20 };

const HEALTH: BoxHealth = {
  ...{ version: '1.2.3', uptimeS: 1, machineUptimeS: 2, cpuPercent: 3, cores: 4, memoryBytes: 5, addresses: [] },
  machineMemory: { totalBytes: 1000, availableBytes: 600 },
  disk: { path: '/', totalBytes: 100, freeBytes: 50 },
  temperatureC: 84.5,
  throttling: ['throttled'],
  clockSynchronised: false,
  watchdog: { armed: true, devices: [] },
  capture: { xruns: 5, xrunsLastHour: 3, lostFrames: 11, clockPpm: 25 },
  conditions: [{ name: 'hot', words: 'the processor has 85 °C' }],
};

/** A box of one format whose listeners are set by hand. */
function box() {
  const listeners: ListenerState[] = [];
  const pushes: { status(): PushStatus }[] = [];
  const tally = new Tally();
  const standstills: string[] = [];
  const device = { standstills: () => standstills, latest: HEALTH as BoxHealth | undefined };
  const places = new Places({ max: 7, maxPerAddress: 2, keyOf: (address) => address });
  const programme = {
    state: 'fallback',
    problem: { cause: 'unplugged', message: 'it "was" pulled\nout \\' },
    levels: [],
    lagMs: 40,
    stateMs: 1,
    framesSent: 1,
    framesMended: 480,
    skippedMs: 2500,
  } as ProgrammeStatus;
  const report = new Report({
    station: new Station({ name: 'x', title: '', genre: '', url: '' }),
    version: '1.2.3',
    pcm: { rateHz: 48000, channels: 2 },
    fallback: () => 'tone',
    programme: { status: programme },
    input: {
      wanted: 'auto',
      status: { kind: 'alsa', name: 'hw:0', attempts: 9, xruns: 5, lostFrames: { card: 11, ring: 0 } },
    },
    outlets: {
      formats: [
        { enabled: true, format: FORMAT },
        { enabled: false, format: { ...FORMAT, id: 'off' } },
      ],
      all: [
        {
          feed: { format: FORMAT, running: true, cpuMs: 1500 },
          listeners: () => [...listeners],
        },
      ],
    },
    pushes: () => pushes.map((push) => push.status()),
    places,
    live: { listeners: () => [] },
    addresses: () => [],
    tally,
    device,
  });
  const metrics = new LazyMetrics({
    status: () => report.status(),
    gone: (id) => tally.of(id),
    visitors: () => ({ now: 4, counts: { turnedAway: 1, pushedOut: 2, tooSlow: 3, tooHasty: 0 } }),
    acceptFailures: () => 6,
  });
  const leave = (reason: RemovalReason, facts: Partial<ListenerState> = {}) => {
    const gone = { ...state(facts), reason };
    tally.left('mp3', gone);
    metrics.left('mp3', gone);
  };
  const page = async () => readMetrics((await metrics.page()).text);
  return { listeners, pushes, standstills, device, tally, places, report, metrics, leave, page };
}

test('a listener in the status: the kernel is believed where it speaks, else the fields are absent', (t) => {
  const { listeners, report } = box();
  listeners.push(state(), state({ behindMs: 321, kernel: KERNEL }));
  const status = JSON.parse(JSON.stringify(report.status()));
  t.deepEqual(status.formats[0].listeners, [
    { connectedS: 20, bytesSent: 1400, behindMs: 100, waitingBytes: 0 },
    { connectedS: 20, bytesSent: 1400, behindMs: 321, waitingBytes: 0, ...SHOWN },
  ]);
});

test('the last fifty who were dropped are remembered, with reason and time; who closed itself is only counted', (t) => {
  const { leave, places, tally, report } = box();
  leave('closed by peer');
  for (let index = 0; index < 60; index++)
    leave('stalled', { connectedMs: index * 1000, behindMs: 4000, kernel: KERNEL });
  leave('half-open');
  leave('closed by peer');
  for (const id of ['a', 'b', 'c']) if (places.take(id, '192.0.2.1')) tally.refused('mp3');
  const { listeners } = report.status();
  t.deepEqual(listeners.removed, { 'closed by peer': 2, stalled: 60, 'half-open': 1 });
  t.like(listeners, { now: 2, max: 7, maxPerAddress: 2, refused: 1 });
  t.is(listeners.dropped.length, 50);
  const { at, ...first } = listeners.dropped[0] ?? { at: '' };
  t.deepEqual(first, { format: 'mp3', reason: 'stalled', connectedS: 11, behindMs: 4000, retransmits: 3 });
  t.is(new Date(at).toISOString(), at);
  t.true(Math.abs(Date.now() - Date.parse(at)) < 60_000);
  const last = listeners.dropped.at(-1);
  t.is(last?.reason, 'half-open');
  t.false('retransmits' in (last ?? {}));
});

test('the page for Prometheus: names, labels and values', async (t) => {
  const { listeners, leave, tally, metrics, page } = box();
  leave('stalled', { kernel: KERNEL });
  tally.refused('mp3');
  listeners.push(state({ behindMs: 200, kernel: KERNEL }));
  const families = await page();
  const value = (sample: string) => families.get(sample.replace(/\{.*/, ''))?.samples.get(sample);
  for (const [sample, expected] of [
    ['boardfeed_listeners{format="mp3"}', 1],
    ['boardfeed_listeners_max', 7],
    ['boardfeed_listeners_removed_total{format="mp3",reason="stalled"}', 1],
    ['boardfeed_listeners_removed_total{format="mp3",reason="server full"}', 1],
    ['boardfeed_sent_bytes_total{format="mp3"}', 2800],
    ['boardfeed_retransmits_total{format="mp3"}', 6],
    ['boardfeed_encoder_running{format="mp3"}', 1],
    ['boardfeed_encoder_cpu_seconds_total{format="mp3"}', 1.5],
    ['boardfeed_programme_state{state="fallback"}', 1],
    ['boardfeed_programme_state{state="live"}', 0],
    ['boardfeed_programme_skipped_seconds_total', 2.5],
    ['boardfeed_programme_mended_frames_total', 480],
    ['boardfeed_programme_lag_seconds', 0.04],
    ['boardfeed_source{kind="alsa"}', 1],
    ['boardfeed_source{kind="demo"}', 0],
    ['boardfeed_source_problem{cause="unplugged"}', 1],
    ['boardfeed_source_opens_total', 9],
    ['boardfeed_source_xruns_total', 5],
    ['boardfeed_source_lost_frames_total{where="card"}', 11],
    ['boardfeed_info{version="1.2.3"}', 1],
    ['boardfeed_http_connections', 4],
    ['boardfeed_http_connections_cut_total{reason="too slow"}', 3],
    ['boardfeed_accept_failures_total', 6],
    ['boardfeed_condition{name="hot"}', 1],
    ['boardfeed_condition{name="disk low"}', 0],
    ['boardfeed_machine_throttling{why="throttled"}', 1],
    ['boardfeed_machine_throttling{why="under-voltage"}', 0],
    ['boardfeed_machine_temperature_celsius', 84.5],
    ['boardfeed_machine_memory_available_bytes', 600],
    ['boardfeed_disk_free_bytes', 50],
    ['boardfeed_clock_synchronised', 0],
    ['boardfeed_hardware_watchdog_armed', 1],
    ['boardfeed_source_xruns_last_hour', 3],
    ['boardfeed_source_clock_offset_ratio', 0.000025],
  ] as const) {
    t.is(value(sample), expected, sample);
  }
  t.true((value('process_resident_memory_bytes') ?? 0) > 1e6);
  t.true((value('process_cpu_seconds_total') ?? 0) > 0);
  t.true((value('boardfeed_uptime_seconds') ?? 0) > 0);
  t.is((await metrics.page()).contentType, 'text/plain; version=0.0.4; charset=utf-8');
  metrics.close();
});

test('counters never go back and say the same twice, and histograms gather from the first page on', async (t) => {
  const { listeners, leave, metrics, page } = box();
  t.teardown(() => metrics.close());
  listeners.push(state({ behindMs: 200, kernel: KERNEL }), state());
  const first = await page();
  const second = await page();
  for (const [name, { type, samples }] of first) {
    if (type !== 'counter' || name.startsWith('process_')) continue;
    t.deepEqual(second.get(name)?.samples, samples, name);
  }
  listeners.pop();
  leave('reset', { connectedMs: 70_000, behindMs: 3500 });
  const third = await page();
  const sent = 'boardfeed_sent_bytes_total';
  t.deepEqual(third.get(sent)?.samples, first.get(sent)?.samples, 'who goes takes nothing along');
  const behind = third.get('boardfeed_listener_behind_seconds')?.samples;
  t.is(behind?.get('boardfeed_listener_behind_seconds_count{format="mp3"}'), 3);
  t.is(behind?.get('boardfeed_listener_behind_seconds_bucket{le="0.25",format="mp3"}'), 2);
  t.is(behind?.get('boardfeed_listener_behind_seconds_bucket{le="4",format="mp3"}'), 3);
  const rtt = third.get('boardfeed_listener_rtt_seconds')?.samples;
  t.is(rtt?.get('boardfeed_listener_rtt_seconds_count{format="mp3"}'), 1, 'unknown is not zero');
  t.is(rtt?.get('boardfeed_listener_rtt_seconds_sum{format="mp3"}'), 0.004);
  const stay = third.get('boardfeed_listener_stay_seconds')?.samples;
  t.is(stay?.get('boardfeed_listener_stay_seconds_sum{format="mp3"}'), 70);
});

for (const [what, text] of [
  ['no line break at the end', '# HELP a x\n# TYPE a gauge\na 1'],
  ['a sample without a family', 'a 1\n'],
  ['a counter without _total', '# HELP a x\n# TYPE a counter\na 1\n'],
  ['the same sample twice', '# HELP a x\n# TYPE a gauge\na 1\na 2\n'],
  ['a family in two pieces', '# HELP a x\n# TYPE a gauge\na 1\n# HELP b x\n# TYPE b gauge\na{x="1"} 1\n'],
  ['milliseconds', '# HELP a_ms x\n# TYPE a_ms gauge\na_ms 1\n'],
  ['an unescaped quote', '# HELP a x\n# TYPE a gauge\na{x="""} 1\n'],
  [
    'shrinking buckets',
    '# HELP a x\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n',
  ],
] as const) {
  test(`the reader of these tests refuses ${what}`, (t) => {
    t.throws(() => readMetrics(text));
  });
}

test('a standstill is no health; a condition is said, and is', (t) => {
  const { report, standstills } = box();
  const well = report.health();
  t.true(well.ok);
  t.true(well.reasons.includes('hot: the processor has 85 °C'));
  standstills.push('the programme has stood still for 3.0 s');
  const { ok, reasons } = report.health();
  t.false(ok);
  t.deepEqual(reasons, ['the programme has stood still for 3.0 s', ...well.reasons]);
  t.is(report.status().health, HEALTH);
});

test('what is not known of the machine does not appear among the figures', async (t) => {
  const { device, page } = box();
  const { temperatureC: _, throttling: __, clockSynchronised: ___, watchdog: ____, disk: _____, ...bare } = HEALTH;
  const unknown = [
    ...['machine_temperature_celsius', 'machine_throttling', 'clock_synchronised', 'hardware_watchdog_armed'],
    ...['disk_bytes', 'disk_free_bytes', 'source_clock_offset_ratio'],
  ];
  device.latest = { ...bare, capture: { xruns: 0, xrunsLastHour: 0, lostFrames: 0 } };
  const figures = await page();
  for (const name of unknown) t.is(figures.get(`boardfeed_${name}`)?.samples.size ?? 0, 0, name);
  t.is(figures.get('boardfeed_source_xruns_last_hour')?.samples.size, 1);
  device.latest = undefined;
  const none = await page();
  for (const name of [...unknown, 'condition', 'machine_uptime_seconds', 'source_xruns_last_hour'])
    t.is(none.get(`boardfeed_${name}`)?.samples.size ?? 0, 0, name);
});

test('a format that is switched off stands in the status as such, and not among the figures', async (t) => {
  const { report, metrics } = box();
  t.deepEqual(
    report.status().formats.map(({ id, enabled, listeners }) => [id, enabled, listeners.length]),
    [
      ['mp3', true, 0],
      ['off', false, 0],
    ],
  );
  t.is(report.status().title, 'x');
  t.notRegex((await metrics.page()).text, /"off"/);
});

test('a server that is sent to: in the status, in what is wrong, and in the figures', async (t) => {
  const { pushes, report, page } = box();
  const common = { sinceS: 1, attempts: 0, behindMs: 250, connects: 3, sentBytes: 4000 };
  const [good, bad] = ['http://a.example/live.mp3', 'http://b.example/"x"'];
  pushes.push(
    { status: () => ({ ...common, url: good, format: 'mp3', state: 'on air', failures: { reset: 2 } }) },
    {
      status: () => ({
        ...common,
        url: bad,
        format: 'opus',
        state: 'waiting',
        problem: { cause: 'password', message: 'the server refuses this user and password' },
        nextTryInS: 5,
        failures: { password: 7, refused: 1 },
      }),
    },
  );
  t.deepEqual(
    report.status().pushes.map(({ url, state }) => [url, state]),
    [
      [good, 'on air'],
      [bad, 'waiting'],
    ],
  );
  t.deepEqual(
    report.health().reasons.filter((reason) => reason.startsWith('push')),
    [`push to ${bad}: the server refuses this user and password`],
  );
  const figures = await page();
  const value = (name: string, labels: string) =>
    figures.get(`boardfeed_${name}`)?.samples.get(`boardfeed_${name}{${labels}}`);
  const [goodLabels, badLabels] = [`url="${good}",format="mp3"`, 'url="http://b.example/\\"x\\"",format="opus"'];
  t.is(value('push_connected', goodLabels), 1);
  t.is(value('push_connected', badLabels), 0);
  t.is(value('push_connects_total', goodLabels), 3);
  t.is(value('push_failures_total', `${goodLabels},reason="reset"`), 2);
  t.is(value('push_failures_total', `${badLabels},reason="password"`), 7);
  t.is(value('push_sent_bytes_total', goodLabels), 4000);
  t.is(value('push_behind_seconds', badLabels), 0.25);
});
