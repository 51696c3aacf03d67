import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { hashPassword, parsePassword } from '../../src/http/passwords.ts';
import { bodyOf, CHUNK, exchange, get, HEADER, headOf, serve, until } from './serving.ts';

const basic = (password: string, user = 'any') => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const PLAIN = parsePassword('grüße: 日');
/** Loopback may fail more often, so here it stands for another address. */
const keyOf = (address: string) => address.replace('127.0.0.', '192.0.2.');
/** Here the number of connections does not matter. */
const MANY = { connectionsPerAddress: 200 };

test('with a listener password everything needs it but what monitors read', async (t) => {
  const { told, url } = await serve(t, { passwords: { listeners: PLAIN } });
  const open = ['/api/status', '/api/devices', '/healthz', '/metrics', '/api/metadata', '/status-json.xsl'];
  for (const path of open) t.is((await fetch(url + path)).status, 200, path);
  const closed = ['/', '/stream', '/stream.mp3', '/stream.wav', '/stream.m3u', '/stream.pls'];
  for (const path of [...closed, '/stream.wav.m3u', '/nothing', '/%zz']) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST']) {
      for (const headers of [{}, { authorization: basic('wrong') }, { authorization: 'Bearer x' }]) {
        const answer = await fetch(url + path, { method, headers: headers as Record<string, string> });
        if (path === '/%zz' && answer.status === 400) continue;
        t.is(answer.status, 401, `${method} ${path}`);
        t.is(answer.headers.get('www-authenticate'), 'Basic realm="Boardfeed", charset="UTF-8"');
      }
    }
  }
  t.is(told.joined, 0);
  for (const path of closed) {
    const answer = await fetch(url + path, { method: 'HEAD', headers: { authorization: basic('grüße: 日') } });
    t.is(answer.status, 200, path);
  }
});

for (const [what, authorization] of [
  ['any user', basic('grüße: 日', 'source')],
  ['no user', basic('grüße: 日', '')],
  ['odd casing and spaces', basic('grüße: 日').replace('Basic ', 'bASIC  ')],
  ['accents typed otherwise', basic('grüße: 日'.normalize('NFD'))],
] as const) {
  test(`who knows the password listens: ${what}`, async (t) => {
    const { port } = await serve(t, { passwords: { listeners: PLAIN } });
    const answer = await exchange(port, get('/stream.wav', `Authorization: ${authorization}\r\n`));
    t.regex(headOf(answer), /^HTTP\/1\.1 200 /);
    t.true(Buffer.from(bodyOf(answer), 'latin1').indexOf(HEADER) === 0);
  });
}

test('old players send Latin-1', async (t) => {
  const { port } = await serve(t, { passwords: { listeners: parsePassword('grüße') } });
  const credentials = Buffer.from('me:grüße', 'latin1').toString('base64');
  t.regex(await exchange(port, get('/stream.wav', `Authorization: Basic ${credentials}\r\n`)), /^HTTP\/1\.1 200 /);
});

for (const header of [
  'Basic',
  'Basic ',
  'Basic !!!',
  `Basic ${Buffer.from('nocolon').toString('base64')}`,
  'Digest x',
]) {
  test(`no credentials: "${header}"`, async (t) => {
    const { port } = await serve(t, { passwords: { listeners: PLAIN } });
    for (let index = 0; index < 15; index++)
      t.regex(
        await exchange(port, get('/stream', `Authorization: ${header}\r\nConnection: close\r\n`)),
        /^HTTP\/1\.1 401 /,
      );
  });
}

test('without an administrator password nobody is administrator', async (t) => {
  const { url, station } = await serve(t, { passwords: { listeners: PLAIN } });
  for (const [path, method] of [
    ['/api/metadata', 'PUT'],
    ['/admin/metadata?mode=updinfo&song=x', 'GET'],
  ] as const) {
    const answer = await fetch(url + path, { method, headers: { authorization: basic('grüße: 日') } });
    t.is(answer.status, 403);
    t.regex(await answer.text(), /none is configured \(http\.admin_password\)/);
  }
  t.is(station.tags.title, '');
});

test('the two passwords are two', async (t) => {
  const passwords = { listeners: parsePassword('ear'), admin: parsePassword('hand') };
  const { url } = await serve(t, { passwords });
  const put = (password: string) =>
    fetch(`${url}/api/metadata`, {
      method: 'PUT',
      headers: { authorization: basic(password), 'content-type': 'application/json' },
      body: '{"title":"x"}',
    });
  t.is((await put('ear')).status, 401);
  t.regex((await put('ear')).headers.get('www-authenticate') ?? '', /realm="Boardfeed administrator"/);
  t.is((await put('hand')).status, 200);
  t.is((await fetch(`${url}/`, { headers: { authorization: basic('hand') } })).status, 401);
});

test('too many wrong passwords: 429 with Retry-After, for the right one as well; others do not notice', async (t) => {
  const { url, port } = await serve(t, { passwords: { listeners: PLAIN }, keyOf });
  const ask = (password: string) => fetch(url, { headers: { authorization: basic(password) } });
  const statuses = await Promise.all(Array.from({ length: 30 }, async (_, index) => (await ask(`${index}`)).status));
  t.is(statuses.filter((status) => status === 401).length, 10);
  t.is(statuses.filter((status) => status === 429).length, 20);
  const late = await ask('grüße: 日');
  t.is(late.status, 429, 'or the answer would tell a right guess');
  t.true(Number(late.headers.get('retry-after')) >= 1);
  t.is((await fetch(url)).status, 401, 'to ask without a password is no attempt');
  t.regex(await exchange(port, get('/healthz')), /^HTTP\/1\.1 200 /);
});

test('a hash: many at once with the same password cost one, and nobody can try many at once', async (t) => {
  const { url } = await serve(t, {
    passwords: { listeners: parsePassword(await hashPassword('right')) },
    keyOf,
    limits: MANY,
  });
  const ask = async (password: string) => (await fetch(url, { headers: { authorization: basic(password) } })).status;
  const startMs = performance.now();
  t.is(await ask('right'), 200);
  const firstMs = performance.now() - startMs;
  const others = performance.now();
  t.deepEqual(new Set(await Promise.all(Array.from({ length: 50 }, () => ask('right')))), new Set([200]));
  t.true((performance.now() - others) / 50 < firstMs, 'it is remembered');
  t.deepEqual(await Promise.all(Array.from({ length: 30 }, (_, index) => ask(`${index}`))), [
    ...Array<number>(10).fill(401),
    ...Array<number>(20).fill(429),
  ]);
});

test('a hash: those who ask for the first time at once, with the same password from one address, are all let in', async (t) => {
  const { url } = await serve(t, {
    passwords: { listeners: parsePassword(await hashPassword('right')) },
    keyOf,
    limits: MANY,
  });
  const ask = async (password: string) => (await fetch(url, { headers: { authorization: basic(password) } })).status;
  t.deepEqual(new Set(await Promise.all(Array.from({ length: 30 }, () => ask('right')))), new Set([200]));
});

test('a hash: wrong ones count while the right one is not known either', async (t) => {
  const cheap = parsePassword('$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4');
  const { url } = await serve(t, { passwords: { listeners: cheap }, keyOf });
  const ask = async (password: string) => (await fetch(url, { headers: { authorization: basic(password) } })).status;
  for (let index = 0; index < 10; index++) t.is(await ask(`${index}`), 401);
  t.is(await ask('10'), 429);
  t.is(await ask('password'), 429);
});

test('a hash: different wrong ones at once count at once', async (t) => {
  const { url } = await serve(t, {
    passwords: { listeners: parsePassword(await hashPassword('right')) },
    keyOf,
    limits: MANY,
  });
  const ask = async (password: string) => (await fetch(url, { headers: { authorization: basic(password) } })).status;
  const statuses = await Promise.all(Array.from({ length: 40 }, (_, index) => ask(`${index}`)));
  t.true(statuses.filter((status) => status === 401).length <= 10, `${statuses}`);
  t.true(statuses.every((status) => [401, 429, 503].includes(status)));
  t.is(await ask('right'), statuses.filter((status) => status === 401).length === 10 ? 429 : 200);
});

test.serial('who listens hears nothing of a password that is being checked', async (t) => {
  const { port, url, told } = await serve(t, {
    passwords: {
      admin: parsePassword('$argon2id$v=19$m=131072,t=4,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'),
    },
  });
  const listening = exchange(port, get('/stream.wav'), 1500);
  await until(() => told.joined === 1);
  let asked = true;
  const answer = fetch(`${url}/api/metadata`, { method: 'PUT', headers: { authorization: basic('x') } }).then((got) => {
    asked = false;
    return got;
  });
  const startMs = performance.now();
  let longestMs = 0;
  for (let beforeMs = startMs; asked; ) {
    await sleep(5);
    longestMs = Math.max(longestMs, performance.now() - beforeMs);
    beforeMs = performance.now();
  }
  const checkMs = performance.now() - startMs;
  t.is((await answer).status, 401);
  t.true(longestMs < checkMs / 2, `${longestMs} ms of ${checkMs} ms`);
  const sound = Buffer.from(bodyOf(await listening), 'latin1').length - HEADER.length;
  t.is(sound % CHUNK.length, 0);
  t.true(sound > 0);
});

for (const [what, headers, status] of [
  ['another site', { Origin: 'http://evil.example' }, 403],
  ['a sandboxed page', { Origin: 'null' }, 403],
  ['another port', { Origin: 'http://box:1' }, 403],
  ['https', { Origin: 'https://box' }, 403],
  ['the page itself', { Origin: 'http://box' }, 200],
  ['a page of another site', { 'Sec-Fetch-Site': 'cross-site' }, 403],
  ['a page of the same site', { 'Sec-Fetch-Site': 'same-site' }, 403],
  ['the page', { 'Sec-Fetch-Site': 'same-origin' }, 200],
  ['no browser', {}, 200],
] as const) {
  test(`an administrator's browser under the influence of ${what}: ${status}`, async (t) => {
    const { port, station } = await serve(t, { passwords: { admin: PLAIN } });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const body = '{"title":"new"}';
    const head = `PUT /api/metadata HTTP/1.1\r\nHost: box\r\nAuthorization: ${basic('grüße: 日')}\r\n${lines.join('')}`;
    const answer = await exchange(
      port,
      `${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    t.true(answer.startsWith(`HTTP/1.1 ${status} `), answer);
    t.is(station.tags.title, status === 200 ? 'new' : '');
  });
}

test('every answer has the headers that keep browsers in check; sound may be played from anywhere', async (t) => {
  const { url, port } = await serve(t);
  for (const path of [
    '/',
    '/api/status',
    '/healthz',
    '/metrics',
    '/stream.m3u',
    '/status-json.xsl',
    '/no',
    '/page/listen.js',
  ]) {
    const { headers } = await fetch(url + path);
    t.is(headers.get('x-content-type-options'), 'nosniff', path);
    t.is(headers.get('x-frame-options'), 'DENY', path);
    t.is(headers.get('referrer-policy'), 'no-referrer', path);
    t.regex(headers.get('content-security-policy') ?? '', /default-src '(none|self)';.*frame-ancestors 'none'/, path);
    const forAnyPage = headers.get('access-control-allow-origin') === '*';
    t.is(headers.get('cross-origin-resource-policy'), forAnyPage ? 'cross-origin' : 'same-origin', path);
  }
  for (const sent of [
    'nonsense\r\n\r\n',
    get('/', `X: ${'y'.repeat(20_000)}\r\n`),
    get('/%zz'),
    'PUT / HTTP/1.1\r\nHost: x\r\n\r\n',
  ]) {
    const head = headOf(await exchange(port, sent));
    t.regex(head, /^HTTP\/1\.1 4\d\d /);
    t.regex(head, /\r\nX-Content-Type-Options: nosniff\r\n/i);
    t.regex(head, /\r\nContent-Security-Policy: default-src 'none'/i);
  }
  const head = headOf(await exchange(port, get('/stream.wav')));
  t.regex(head, /\r\nX-Content-Type-Options: nosniff\r\n/);
  t.regex(head, /\r\nCross-Origin-Resource-Policy: cross-origin\r\n/);
  t.regex(head, /\r\nAccess-Control-Allow-Origin: \*\r\n/);
});

test('nothing of a request comes back', async (t) => {
  const { port } = await serve(t, { passwords: { admin: PLAIN } });
  const mark = '<i>mark"me\'</i>';
  for (const sent of [
    get(`/${mark}`),
    get(`/%zz${mark}`),
    get(`/stream?burst=${mark}`),
    get(`/stream.m3u?${mark}`, `X-Mark: ${mark}\r\n`),
    `GET /stream.m3u HTTP/1.0\r\nHost: ${mark}\r\n\r\n`,
    `GET http://${mark}/stream.m3u HTTP/1.0\r\n\r\n`,
    `GET /status-json.xsl?mount=${mark} HTTP/1.0\r\nHost: ${mark}\r\n\r\n`,
    `${mark} / HTTP/1.1\r\n\r\n`,
    get(`/admin/metadata?mode=${mark}`, `Authorization: ${basic('grüße: 日')}\r\n`),
    get(`/admin/metadata?mode=updinfo&song=${mark}`, `Authorization: ${basic('grüße: 日')}\r\n`),
    get(`/api/metadata?${mark}`),
    `PUT /api/metadata HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('grüße: 日')}\r\nContent-Type: application/json\r\nContent-Length: ${mark.length}\r\n\r\n${mark}`,
    `PUT /api/metadata HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('grüße: 日')}\r\nContent-Type: ${mark}\r\nContent-Length: 2\r\n\r\n{}`,
  ]) {
    const answer = await exchange(port, sent);
    t.regex(answer, /^HTTP\/1\.1 /);
    if (/"title":/.test(answer)) t.regex(headOf(answer), /application\/json/);
    else t.false(/mark/.test(answer), answer);
  }
});
