import test, { type ExecutionContext } from 'ava';
import { ConfigError } from '../../src/config/config.ts';
import type { Changes } from '../../src/config/config-file.ts';
import { WriteProblem } from '../../src/config/replace-file.ts';
import type { Settings } from '../../src/desk/contract.ts';
import { parsePassword } from '../../src/http/passwords.ts';
import { serve, until } from './serving.ts';

const AUTHORIZATION = `Basic ${Buffer.from('any:hand').toString('base64')}`;
const SETTINGS: Settings = { file: '/b.toml', fields: [], waiting: ['input.rate_hz'] };

/** A server whose settings take everything, unless something speaks against it. */
async function administered(t: ExecutionContext, against?: Error) {
  const taken: Changes[] = [];
  let restarts = 0;
  const check = () => {
    if (against) throw against;
  };
  const { url, told } = await serve(t, {
    passwords: { admin: parsePassword('hand') },
    settings: {
      get: async () => SETTINGS,
      change: async (changes) => {
        check();
        taken.push(changes);
        return SETTINGS;
      },
      prepareRestart: () => {
        check();
        return () => void restarts++;
      },
    },
  });
  const ask = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method,
      headers: {
        authorization: AUTHORIZATION,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
  return { url, told, taken, ask, restarts: () => restarts };
}

test('settings are read and set, and the answer is how they stand', async (t) => {
  const { ask, taken } = await administered(t);
  const read = await ask('GET', '/api/settings');
  t.is(read.headers.get('cache-control'), 'no-store');
  t.deepEqual(await read.json(), SETTINGS);
  const changes = { 'a.b': 'ü', 'c.d': 1, 'e.f': true, 'g.h': [1, 2] };
  const answer = await ask('PUT', '/api/settings', JSON.stringify(changes));
  t.is(answer.status, 200);
  t.deepEqual(await answer.json(), SETTINGS);
  t.deepEqual(taken, [changes]);
});

test('nobody but the administrator reads or sets anything, and no page of another site', async (t) => {
  const { url, ask, taken, restarts } = await administered(t);
  for (const [method, path] of [
    ['GET', '/api/settings'],
    ['PUT', '/api/settings'],
    ['POST', '/api/restart'],
  ] as const) {
    t.is((await fetch(url + path, { method })).status, 401);
    t.is((await ask(method, path, undefined, { authorization: `Basic ${btoa('any:guess')}` })).status, 401);
    t.is((await ask(method, path, undefined, { origin: 'http://evil.example' })).status, 403);
  }
  t.deepEqual([taken.length, restarts()], [0, 0]);
});

for (const [what, body, status] of [
  ['no body', '', 400],
  ['no JSON', '{', 400],
  ['a list', '[]', 400],
  ['null', 'null', 400],
  ['nothing', '{}', 400],
  ['a table as value', '{"a.b":{}}', 400],
  ['null as value', '{"a.b":null}', 400],
  ['a list of texts', '{"a.b":["x"]}', 400],
  ['half a character', '{"a.b":"\\ud83c"}', 400],
  ['a prototype', '{"a.b":1,"__proto__":{}}', 400],
  ['very many', JSON.stringify(Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`a.${at}`, 1]))), 400],
  ['very much', JSON.stringify({ 'a.b': 'x'.repeat(70_000) }), 413],
] as const) {
  test(`refused with words: ${what}`, async (t) => {
    const { ask, taken } = await administered(t);
    const answer = await ask('PUT', '/api/settings', body);
    t.is(answer.status, status);
    const { faults } = (await answer.json()) as { faults: string[] };
    t.true(faults.length === 1 && faults.every((fault) => fault.length > 10));
    t.deepEqual(taken, []);
  });
}

test('only JSON, and only the methods that there are', async (t) => {
  const { ask } = await administered(t);
  t.is((await ask('PUT', '/api/settings', '{"a.b":1}', { 'content-type': 'text/plain' })).status, 415);
  const wrong = await ask('POST', '/api/settings', '{}');
  t.is(wrong.status, 405);
  t.is(wrong.headers.get('allow'), 'GET, HEAD, PUT');
  const restart = await ask('GET', '/api/restart');
  t.is(restart.status, 405);
  t.is(restart.headers.get('allow'), 'POST');
});

for (const [what, against, status, faults] of [
  ['refused values', new ConfigError(['a.b = 1: expected 2', 'c.d: no']), 400, ['a.b = 1: expected 2', 'c.d: no']],
  ['a file that cannot be written', new WriteProblem('/b.toml is read-only'), 409, ['/b.toml is read-only']],
] as const) {
  test(`the answer says why: ${what}`, async (t) => {
    const { ask, restarts, told } = await administered(t, against);
    for (const answer of [await ask('PUT', '/api/settings', '{"a.b":1}'), await ask('POST', '/api/restart')]) {
      t.is(answer.status, status);
      t.deepEqual(await answer.json(), { faults });
    }
    t.is(restarts(), 0);
    t.is(told.errors, 0);
  });
}

test('our own mistakes are ours', async (t) => {
  const { ask, told } = await administered(t, new TypeError('oops'));
  t.is((await ask('PUT', '/api/settings', '{"a.b":1}')).status, 500);
  t.is(told.errors, 1);
});

test('a restart begins when the answer has left', async (t) => {
  const { ask, restarts } = await administered(t);
  const answer = await ask('POST', '/api/restart');
  t.is(answer.status, 202);
  t.deepEqual(await answer.json(), {});
  await until(() => restarts() === 1);
  t.is(restarts(), 1);
});
