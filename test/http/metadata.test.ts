import test, { type ExecutionContext } from 'ava';
import { parsePassword } from '../../src/http/passwords.ts';
import { serve } from './serving.ts';

const AUTHORIZATION = `Basic ${Buffer.from('any:hand').toString('base64')}`;

async function administered(t: ExecutionContext) {
  const { url, station, port } = await serve(t, { passwords: { admin: parsePassword('hand') } });
  const put = (body: string, type = 'application/json') =>
    fetch(`${url}/api/metadata`, {
      method: 'PUT',
      headers: { authorization: AUTHORIZATION, 'content-type': type },
      body,
    });
  const update = (query: string, headers = {}, method = 'GET') =>
    fetch(`${url}/admin/metadata?${query}`, { method, headers: { authorization: AUTHORIZATION, ...headers } });
  return { url, station, port, put, update };
}

for (const title of [
  'Gottesdienst',
  '',
  `It's; 'quoted'; "so" \\ and <so>`,
  'Ænglisc 日本語 🎻',
  'x'.repeat(4000),
  '🎻'.repeat(4000),
  'ß'.repeat(2048),
]) {
  test(`a title is set and told: ${title.slice(0, 20)} (${Buffer.byteLength(title)} bytes)`, async (t) => {
    const { url, station, put } = await administered(t);
    const answer = await put(JSON.stringify({ title }));
    t.is(answer.status, 200);
    t.deepEqual(await answer.json(), { title });
    t.is(station.tags.title, title);
    t.deepEqual(await (await fetch(`${url}/api/metadata`)).json(), { title });
  });
}

test('a title in which every character is escaped fits', async (t) => {
  const { station, put } = await administered(t);
  const escaped = '\\ud83c\\udfbb'.repeat(4000);
  t.is((await put(`{"title":"${escaped}"}`)).status, 200);
  t.is(station.tags.title, '🎻'.repeat(4000));
});

for (const [what, body, status] of [
  ['no body', '', 400],
  ['no JSON', '{title: x}', 400],
  ['a list', '["x"]', 400],
  ['null', 'null', 400],
  ['a text', '"x"', 400],
  ['no title', '{}', 400],
  ['a title that is no text', '{"title":1}', 400],
  ['something else besides', '{"title":"x","url":"y"}', 400],
  ['a prototype', '{"title":"x","__proto__":{}}', 400],
  ['a line break', '{"title":"a\\nb"}', 400],
  ['a zero', '{"title":"a\\u0000b"}', 400],
  ['a C1 control character', '{"title":"a\\u009bb"}', 400],
  ['half a character', '{"title":"a\\ud83cb"}', 400],
  ['a title that is too long', `{"title":"${'x'.repeat(4001)}"}`, 400],
  ['a body that is too long', `{"title":"${'x'.repeat(100_000)}"}`, 413],
] as const) {
  test(`refused: ${what}`, async (t) => {
    const { station, put } = await administered(t);
    station.setTitle('old');
    const answer = await put(body);
    t.is(answer.status, status);
    t.true((await answer.text()).length > 10, 'it says what is expected');
    t.is(station.tags.title, 'old');
  });
}

test('only JSON is taken, and only with PUT', async (t) => {
  const { url, station, put } = await administered(t);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
    t.is((await put('{"title":"x"}', type)).status, 415, type);
  for (const method of ['POST', 'DELETE', 'PATCH']) {
    const answer = await fetch(`${url}/api/metadata`, { method, headers: { authorization: AUTHORIZATION } });
    t.is(answer.status, 405);
    t.is(answer.headers.get('allow'), 'GET, HEAD, PUT');
  }
  t.is(station.tags.title, '');
});

for (const [what, query, expected] of [
  ['a song', 'mode=updinfo&mount=%2Fstream.mp3&song=Bach%20-%20Air', 'Bach - Air'],
  ['plus for space', 'mount=/x&mode=updinfo&song=Bach+-+Air', 'Bach - Air'],
  ['artist and title', 'mode=updinfo&artist=Bach&title=Air', 'Bach - Air'],
  ['a title alone', 'mode=updinfo&title=Air', 'Air'],
  ['UTF-8', 'mode=updinfo&song=M%C3%BCller&charset=UTF-8', 'Müller'],
  ['Latin-1', 'mode=updinfo&song=M%FCller', 'Müller'],
  ['what is encoded in the song', 'mode=updinfo&song=A%26B%3DC', 'A&B=C'],
  ['an equals sign', 'mode=updinfo&song=A=B', 'A=B'],
  ['no song any more', 'mode=updinfo&song=', ''],
  ['control characters', 'mode=updinfo&song=a%0D%0A%00b%0A', 'a b'],
  ['a percent sign', 'mode=updinfo&song=100%', '100%'],
  ['too long', `mode=updinfo&song=${'x'.repeat(5000)}`, 'x'.repeat(4000)],
] as const) {
  test(`studio software as with Icecast: ${what}`, async (t) => {
    const { station, update } = await administered(t);
    station.setTitle('old');
    const answer = await update(query);
    t.is(answer.status, 200);
    t.regex(await answer.text(), /<message>Metadata update successful<\/message><return>1<\/return>/);
    t.is(station.tags.title, expected);
  });
}

test('studio software is refused what is no title; so are browsers, HEAD and other sites', async (t) => {
  const { station, update } = await administered(t);
  station.setTitle('old');
  for (const query of ['', 'mode=updinfo', 'mode=fallback&song=x', 'song=x'])
    t.is((await update(query)).status, 400, query);
  const agents = [
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  ];
  for (const agent of agents) t.is((await update('mode=updinfo&song=x', { 'user-agent': agent })).status, 403);
  t.is((await update('mode=updinfo&song=x', { origin: 'http://evil.example' })).status, 403);
  t.is((await update('mode=updinfo&song=x', {}, 'HEAD')).status, 405);
  t.is(station.tags.title, 'old');
  t.is((await update('mode=updinfo&song=x', { 'user-agent': '(Mozilla Compatible)' })).status, 200);
});
