import test from 'ava';
import { wholeMp3Frames } from '../../src/encoders/mp3-frames.ts';
import { freePort } from '../support/box.ts';
import { until } from '../support/processes.ts';
import { fakeServer, pause, playTones, startPush } from './stage.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const OK = 'HTTP/1.0 200 OK\r\n\r\n';

test('nothing is encoded while there is no server, and again when there is none any more', async (t) => {
  const port = await freePort();
  const { push, feed, state } = startPush(t, `http://127.0.0.1:${port}/x`);
  await until('it has failed twice', () => (push.status().failures.refused ?? 0) >= 2);
  t.false(feed.running);
  const { problem, attempts, nextTryInS } = push.status();
  t.is(problem?.cause, 'refused');
  t.regex(problem?.message ?? '', /^nothing listens on 127\.0\.0\.1, port \d+/);
  t.true(attempts >= 2 && (nextTryInS ?? 0) <= 0.1);
  const server = await fakeServer(t, (source) => void source.write(OK));
  const other = startPush(t, server.url, { feed: playTones(t) });
  await until('on air', other.state('on air'));
  t.true(other.feed.running);
  t.is(other.push.status().attempts, 0);
  server.close();
  await until('waiting', other.state('waiting'));
  await until('the encoder has stopped', () => !other.feed.running);
  t.true(state('on air')() !== true);
});

test('whole frames from the first byte on, and a clean end', async (t) => {
  const parts: Buffer[] = [];
  let ended = false;
  const server = await fakeServer(t, (source) => {
    source.write(CONTINUE);
    source.on('data', (part: Buffer) => parts.push(part));
    source.on('end', () => {
      ended = true;
    });
  });
  const { push, state } = startPush(t, server.url);
  await until('on air', state('on air'));
  await pause(1000);
  await push.close(500);
  await until('the end has come', () => ended);
  const sound = Buffer.concat(parts);
  t.true(sound.length > 10_000);
  t.is(wholeMp3Frames(sound), sound.length);
  t.true(Math.abs(push.status().sentBytes - sound.length) < 1000);
});

for (const [what, refuse] of [
  ['405', 'HTTP/1.0 405 Method Not Allowed\r\n\r\n'],
  ['400', 'HTTP/1.0 400 Bad Request\r\n\r\n'],
  ['501', 'HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n'],
  ['nothing, and hangs up', ''],
] as const) {
  test(`to a server that answers PUT by ${what} it speaks of SOURCE, and remembers that`, async (t) => {
    const server = await fakeServer(t, (source, head) => {
      if (head.startsWith('PUT')) source.end(refuse);
      else source.write(OK);
    });
    const asked = () => server.heads.map((head) => head.split('\r\n')[0]);
    const { state } = startPush(t, server.url);
    await until('on air', state('on air'));
    t.deepEqual(asked(), ['PUT /live.mp3 HTTP/1.1', 'SOURCE /live.mp3 HTTP/1.0']);
    server.sources.at(-1)?.destroy();
    await until('waiting', state('waiting'));
    await until('on air again', state('on air'));
    t.deepEqual(asked().slice(2), ['SOURCE /live.mp3 HTTP/1.0']);
  });
}

test('a server that no longer knows SOURCE gets PUT again', async (t) => {
  let known = 'SOURCE';
  const server = await fakeServer(t, (source, head) => {
    if (head.startsWith(known)) source.write(OK);
    else source.end('HTTP/1.0 405 No\r\n\r\n');
  });
  const { state } = startPush(t, server.url);
  await until('on air', state('on air'));
  known = 'PUT';
  server.sources.at(-1)?.destroy();
  await until('waiting', state('waiting'));
  await until('on air again', state('on air'));
  t.pass();
});

for (const [what, answer, cause, message] of [
  [
    'a wrong password',
    'HTTP/1.0 401 Authentication Required\r\n\r\nYou need to authenticate\r\n',
    'password',
    /user and password \(401: You need/,
  ],
  [
    'a mount in use',
    'HTTP/1.0 403 Forbidden\r\n\r\nMountpoint in use',
    'forbidden',
    /refuses \/live\.mp3 \(403: Mountpoint in use\)/,
  ],
  [
    'going on, then not',
    `${CONTINUE}HTTP/1.0 403 Forbidden\r\n\r\ntoo many sources`,
    'forbidden',
    /403: too many sources/,
  ],
  ['a redirection', 'HTTP/1.1 301 Moved\r\nLocation: http://x/\r\n\r\n', 'answer', /the server answers 301: Moved/],
  ['neither method', 'HTTP/1.1 405 Method Not Allowed\r\n\r\n', 'answer', /the server answers 405/],
  ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'not HTTP', /no Icecast: it answers "SSH-2\.0-OpenSSH_9\.2"/],
  ['a head without end', `HTTP/1.0 200 OK\r\nX: ${'x'.repeat(65_536)}`, 'not HTTP', /longer than 16384 bytes/],
  ['a FIN', '', 'no answer', /closes the connection without an answer/],
] as const) {
  test(`told in words: ${what}`, async (t) => {
    const server = await fakeServer(t, (source) => void source.end(answer));
    const { push, lines, feed } = startPush(t, server.url);
    await until('it has failed three times', () => (push.status().failures[cause] ?? 0) >= 3 || push.status());
    const { problem } = push.status();
    if (problem) t.is(problem.cause, cause);
    t.is(lines.filter((line) => message.test(line)).length, 1, lines.join('\n'));
    t.true(lines.length <= 2);
    t.false(JSON.stringify([lines, push.status()]).includes('hackme'));
    await push.close(100);
    t.false(feed.running);
  });
}

test('a refusal that comes late is told in its words, not as a closed connection', async (t) => {
  const server = await fakeServer(t, (source) => {
    source.write(CONTINUE);
    setTimeout(() => source.end('HTTP/1.0 403 Forbidden\r\n\r\ntoo many sources connected'), 300);
  });
  const { push } = startPush(t, server.url);
  await until('told', () => push.status().failures.forbidden === 1);
  t.is(push.status().connects, 1);
});

test('a server that never answers', async (t) => {
  const server = await fakeServer(t);
  const { push, feed } = startPush(t, server.url, { answerMs: 300 });
  await until('given up', () => push.status().failures['no answer'] === 2);
  t.regex(push.status().problem?.message ?? '', /does not answer within 0\.3 s/);
  t.false(feed.running);
  await push.close(300);
  await until('its connections have gone', () => server.open.size === 0);
});

test('the limits of connecting and of answering do not end what is on air', async (t) => {
  const server = await fakeServer(t, (source) => void source.write(OK));
  const { push, state } = startPush(t, server.url, { answerMs: 300, connectMs: 300 });
  await until('on air', state('on air'));
  await pause(900);
  t.deepEqual([push.status().state, push.status().connects, push.status().failures], ['on air', 1, {}]);
});

test('a name that nobody knows', async (t) => {
  const { push } = startPush(t, 'http://box.invalid:8000/x');
  await until('told', () => push.status().failures['unknown host'] === 1 || push.status());
  t.regex(push.status().problem?.message ?? '', /^no address is known for box\.invalid/);
});

test('a look-up that never ends does not keep it from stopping, nor from saying so', async (t) => {
  const { push } = startPush(t, 'http://box.invalid:8000/x', { lookup: () => {}, connectMs: 300 });
  await until('told', () => push.status().failures.unreachable === 2 || push.status());
  await push.close(100);
  t.pass();
});

test('a server that takes the stream and never reads is left like a listener, and nothing waits for it', async (t) => {
  t.timeout(60_000);
  const server = await fakeServer(t, (source, _head, index) => {
    source.write(OK);
    if (index === 0) source.pause();
  });
  const { push, feed, state } = startPush(t, server.url, { backlogMs: 2000 });
  const slowestMs = { write: 0 };
  const write = feed.write.bind(feed);
  feed.write = (samples) => {
    const startMs = performance.now();
    write(samples);
    slowestMs.write = Math.max(slowestMs.write, performance.now() - startMs);
  };
  await until('on air', state('on air'));
  await until('left', () => push.status().failures.stalled === 1 || push.status(), 30_000);
  await until('on air again', state('on air'));
  await pause(500);
  t.is(push.status().connects, 2);
  t.true(push.status().behindMs < 1000);
  t.true(slowestMs.write < 200, `a write took ${slowestMs.write} ms`);
});

test('a server that talks without end is left', async (t) => {
  const server = await fakeServer(t, (source) => {
    source.write(OK);
    setTimeout(() => source.write(Buffer.alloc(200_000, 'x')), 100);
  });
  const { push } = startPush(t, server.url);
  await until('left', () => push.status().failures['not HTTP'] === 1 || push.status());
  t.is(push.status().connects, 1);
});

test('stopped in every state: it does nothing more', async (t) => {
  const silent = await fakeServer(t);
  const good = await fakeServer(t, (source) => void source.write(OK));
  const cases = [
    ['connecting', silent.url],
    ['on air', good.url],
    ['waiting', `http://127.0.0.1:${await freePort()}/x`],
  ] as const;
  for (const [wanted, url] of cases) {
    const { push, feed, state } = startPush(t, url);
    await until(wanted, state(wanted));
    await push.close(300);
    await until('no connection is left', () => silent.open.size + good.open.size === 0, 2000);
    const { connects, failures, attempts } = push.status();
    await pause(400);
    t.deepEqual(
      [push.status().connects, push.status().failures, push.status().attempts],
      [connects, failures, attempts],
      wanted,
    );
    await until('the encoder has stopped', () => !feed.running);
  }
});

test('the time between two tries grows with the failures in a row', async (t) => {
  const asked: number[] = [];
  const server = await fakeServer(t, (source, _head, index) => {
    if (index === 2) source.end(OK);
    else source.end('HTTP/1.0 403 Forbidden\r\n\r\n');
  });
  const waitMs = (failures: number) => asked.push(failures) && 20;
  startPush(t, server.url, { waitMs });
  await until('tried often', () => asked.length >= 4);
  // To have been on air for a moment does not count.
  t.deepEqual(asked.slice(0, 4), [1, 2, 3, 4]);
});

test('titles are told one after the other, the newest at last, and again after a new connection', async (t) => {
  const server = await fakeServer(t, (source) => void source.write(OK));
  const { station, state } = startPush(t, server.url);
  await until('told', () => server.titles.join() === 'Kirche' || server.titles);
  for (const title of ['a', 'b', 'Grüße & "日"; =']) station.setTitle(title);
  await until('told', () => server.titles.at(-1) === 'Grüße & "日"; =' || server.titles);
  t.deepEqual(server.titles, ['Kirche', 'a', 'Grüße & "日"; =']);
  server.sources.at(-1)?.destroy();
  await until('waiting', state('waiting'));
  await until('told again', () => server.titles.length === 4 || server.titles);
  t.is(server.titles.at(-1), 'Grüße & "日"; =');
});
