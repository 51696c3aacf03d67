import test, { type ExecutionContext } from 'ava';
import type { MixerAnswer } from '../../src/capture/mixer.ts';
import type { ListenerState } from '../../src/connections/listener.ts';
import type { BoxHealth, Mixer } from '../../src/desk/contract.ts';
import { deskListener, pageListeners, streamListeners } from '../../src/http/desk.ts';
import { parsePassword } from '../../src/http/passwords.ts';
import { LevelHistory, STEP_MS } from '../../src/programme/level-history.ts';
import { serve } from './serving.ts';

const AUTHORIZATION = `Basic ${Buffer.from('any:hand').toString('base64')}`;
const PATHS = ['/api/mixer', '/api/levels', '/api/listeners', '/api/box'];
const MIXER: Mixer = { card: 'hw:CARD=CODEC', controls: [{ name: 'Mic', index: 0, on: true }] };
const BOX: BoxHealth = {
  version: '1.2.3',
  uptimeS: 1,
  machineUptimeS: 2,
  cpuPercent: 3,
  cores: 4,
  memoryBytes: 5,
  addresses: ['192.0.2.1'],
  capture: { xruns: 0, xrunsLastHour: 0, lostFrames: 0 },
  conditions: [],
};

const listener = (id: string, remoteAddress: string, others: Partial<ListenerState> = {}): ListenerState => ({
  id,
  remoteAddress,
  connectedMs: 1500,
  givenBytes: 10,
  takenBytes: 10,
  backlogBytes: 0,
  waitingBytes: 0,
  behindMs: 40,
  quietMs: 0,
  kernel: undefined,
  ...others,
});

/** A desk whose card answers a change with `answer`. */
async function desk(t: ExecutionContext, answer: MixerAnswer = { mixer: MIXER }) {
  const asked = { mixer: 0, box: 0, listeners: 0 };
  const wishes: unknown[] = [];
  const levels = new LevelHistory(performance.now() - STEP_MS);
  const pages = [
    { sound: 'opus', state: listener('p', '192.0.2.7'), report: { behindMs: 90, dropouts: 1 } },
    { sound: 'pcm', state: listener('q', '192.0.2.8'), report: undefined },
  ] as const;
  const streams = [{ feed: { format: { id: 'mp3' } }, listeners: () => [listener('a', '::ffff:192.0.2.9')] }];
  const { url, told } = await serve(t, {
    passwords: { admin: parsePassword('hand') },
    desk: {
      mixer: {
        read: async () => {
          asked.mixer++;
          return MIXER;
        },
        change: async (wish) => {
          wishes.push(wish);
          return answer;
        },
      },
      levels: { snapshot: () => levels.snapshot(performance.now()) },
      listeners: [
        () => {
          asked.listeners++;
          return streamListeners(streams);
        },
        () => pageListeners(pages),
      ],
      health: {
        read: async () => {
          asked.box++;
          return BOX;
        },
      },
    },
  });
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(url + path, { ...init, headers: { authorization: AUTHORIZATION, ...init.headers } });
  const put = (body: string) =>
    ask('/api/mixer', { method: 'PUT', body, headers: { 'content-type': 'application/json' } });
  return { url, told, asked, wishes, ask, put };
}

test('each address tells in the shape of the contract, and is stored nowhere', async (t) => {
  const { ask } = await desk(t);
  const answers = await Promise.all(PATHS.map((path) => ask(path)));
  for (const answer of answers) {
    t.is(answer.status, 200);
    t.is(answer.headers.get('cache-control'), 'no-store');
    t.is(answer.headers.get('content-type'), 'application/json; charset=utf-8');
  }
  const [mixer, levels, listeners, box] = await Promise.all(answers.map((answer) => answer.json()));
  t.deepEqual(mixer, MIXER);
  t.like(levels, { stepS: 5, entries: [{ peakDbfs: -150, rmsDbfs: -150, marks: ['lost'] }] });
  t.true(Math.abs(Date.parse((levels as { endsAt: string }).endsAt) - Date.now()) < 60_000);
  t.deepEqual(listeners, {
    listeners: [
      { id: 'a', format: 'mp3', address: '192.0.2.9', connectedS: 1.5, behindMs: 40 },
      {
        id: 'p',
        format: 'live opus',
        address: '192.0.2.7',
        connectedS: 1.5,
        behindMs: 40,
        heardBehindMs: 90,
        dropouts: 1,
      },
      { id: 'q', format: 'live pcm', address: '192.0.2.8', connectedS: 1.5, behindMs: 40 },
    ],
  });
  t.deepEqual(box, BOX);
});

test('nothing is told or changed without the password of the administrator, nor for another site', async (t) => {
  const { url, ask, asked, wishes } = await desk(t);
  const wrong = { authorization: `Basic ${Buffer.from('any:other').toString('base64')}` };
  for (const path of PATHS) {
    t.is((await fetch(url + path)).status, 401, path);
    t.is((await fetch(url + path, { headers: wrong })).status, 401, path);
    t.is((await ask(path, { headers: { origin: 'http://evil.example' } })).status, 403, path);
  }
  const body = { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } };
  t.is((await fetch(`${url}/api/mixer`, body)).status, 401);
  t.deepEqual(asked, { mixer: 0, box: 0, listeners: 0 });
  t.deepEqual(wishes, []);
});

test('where no administrator has a password, nobody is the administrator', async (t) => {
  const { url } = await serve(t, {
    desk: {
      mixer: { read: async () => MIXER, change: async () => ({ mixer: MIXER }) },
      levels: new LevelHistory(),
      listeners: [],
      health: { read: async () => BOX },
    },
  });
  for (const path of PATHS) t.is((await fetch(url + path)).status, 403, path);
});

test('a change reaches the card as it was sent, and is answered with the mixer', async (t) => {
  const { put, wishes } = await desk(t);
  const answer = await put('{"name":"Mic","index":0,"gain":7}');
  t.is(answer.status, 200);
  t.deepEqual(await answer.json(), MIXER);
  t.deepEqual(wishes, [{ name: 'Mic', index: 0, gain: 7 }]);
});

for (const [refused, status] of [
  ['wrong', 400],
  ['none', 409],
  ['gone', 503],
] as const)
  test(`a change that is refused as "${refused}" is answered with ${status} and the faults`, async (t) => {
    const { put } = await desk(t, { refused, faults: ['It is so.'] });
    const answer = await put('{}');
    t.is(answer.status, status);
    t.deepEqual(await answer.json(), { faults: ['It is so.'] });
  });

test('what is no JSON, or too long, or sent otherwise, never reaches the card', async (t) => {
  const { ask, put, wishes, told } = await desk(t);
  t.is((await put('{')).status, 400);
  t.is((await put(`{"name":"${'x'.repeat(2000)}"}`)).status, 413);
  t.is((await ask('/api/mixer', { method: 'PUT', body: 'x' })).status, 415);
  t.is((await ask('/api/mixer', { method: 'POST' })).status, 405);
  t.is((await ask('/api/levels', { method: 'PUT' })).status, 405);
  t.deepEqual(wishes, []);
  t.is(told.errors, 0);
});

test('many who ask for the listeners at once cost as much as one', async (t) => {
  const { ask, asked } = await desk(t);
  await Promise.all(Array.from({ length: 30 }, () => ask('/api/listeners').then((answer) => answer.text())));
  t.true(asked.listeners < 30 / 3, `${asked.listeners}`);
});

test("a listener's kernel figures are told where there are any", (t) => {
  const kernel = { rttMs: 1.5, retransmits: 3 } as NonNullable<ListenerState['kernel']>;
  t.deepEqual(deskListener('wav', listener('b', 'fe80::1', { kernel })), {
    id: 'b',
    format: 'wav',
    address: 'fe80::1',
    connectedS: 1.5,
    behindMs: 40,
    rttMs: 1.5,
    retransmits: 3,
  });
});
