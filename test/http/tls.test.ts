import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import type { TlsOptions } from '../../src/http/server.ts';
import { CertificateError, readCertificate } from '../../src/http/tls.ts';
import { makeCertificate } from '../support/certificate.ts';
import { CHUNK, exchange, get, HEADER, headOf, serve, until } from './serving.ts';

const run = promisify(execFile);

/** A server with both doors. */
async function serveTls(t: ExecutionContext, options: Partial<TlsOptions> & Parameters<typeof serve>[1] = {}) {
  const files = makeCertificate('first');
  t.teardown(() => files.remove());
  const news: (CertificateError | undefined)[] = [];
  const tls = { ...files, port: 0, checkMs: 20, onNews: (problem?: CertificateError) => void news.push(problem) };
  const served = await serve(t, { ...options, tls });
  return { ...served, files, news, tlsUrl: `https://127.0.0.1:${served.tlsPort}` };
}

/** A client that trusts anything, and what it heard. */
async function client(t: ExecutionContext, port: number, sent = '') {
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  const seen = { socket, heard: '', closed: false, name: () => `${socket.getPeerCertificate().subject?.CN}` };
  socket.on('data', (part: Buffer) => {
    seen.heard += part.toString('latin1');
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    seen.closed = true;
  });
  t.teardown(() => socket.destroy());
  await once(socket, 'secureConnect');
  if (sent) socket.write(sent);
  return seen;
}

test('curl that trusts the certificate gets page, status, playlist and sound by https as by http', async (t) => {
  const { files, tlsUrl, tlsPort } = await serveTls(t);
  const curl = async (...args: string[]) => {
    const options = { encoding: 'latin1' as const, maxBuffer: 10e6 };
    const both = await run('curl', ['-s', '-S', '--cacert', files.certificate, ...args], options).catch(
      (error) => error,
    );
    return both.stdout as string;
  };
  t.regex(await curl(`${tlsUrl}/`), /<audio/);
  t.is(await curl(`${tlsUrl}/api/status`), '{}');
  t.true(
    (await curl(`https://localhost:${tlsPort}/stream.m3u`)).endsWith(`\r\nhttps://localhost:${tlsPort}/stream.mp3\r\n`),
  );
  const stats = JSON.parse(await curl(`${tlsUrl}/status-json.xsl?mount=/stream.wav`));
  t.is(stats.icestats.source.listenurl, `${tlsUrl}/stream.wav`);
  const sound = Buffer.from(await curl('--max-time', '2', `${tlsUrl}/stream.wav`), 'latin1');
  t.deepEqual(sound.subarray(0, HEADER.length), HEADER);
  t.true(sound.length >= HEADER.length + CHUNK.length);
  t.is((sound.length - HEADER.length) % CHUNK.length, 0, 'whole chunks, nothing between them');
});

test('ffmpeg decodes it by https', async (t) => {
  const { tlsUrl } = await serveTls(t);
  const { stdout, stderr } = await run(
    'ffmpeg',
    ['-nostdin', '-v', 'error', '-t', '0.5', '-i', `${tlsUrl}/stream.wav`, '-f', 's16le', '-'],
    { encoding: 'latin1', timeout: 20_000, maxBuffer: 10e6 },
  );
  t.is(stderr, '');
  t.is(stdout.length, 24_000 * 4);
});

test('a listener by TLS is no visitor: it stays when it is older than any answer may get, and leaves by itself', async (t) => {
  const limits = { connections: 3, answerMs: 200, keepAliveMs: 100, headersMs: 200, requestMs: 200, checkMs: 20 };
  const { tlsPort, visitors, told, places } = await serveTls(t, { limits });
  const listeners = [await client(t, tlsPort, get('/stream.wav')), await client(t, tlsPort, get('/stream.wav'))];
  await until(() => told.joined === 2 && visitors.now === 0);
  t.is(visitors.now, 0);
  await sleep(600);
  const before = listeners.map(({ heard }) => heard.length);
  await until(() => listeners.every(({ heard }, index) => heard.length > (before[index] ?? 0) + 10 * CHUNK.length));
  t.true(listeners.every(({ closed }) => !closed));
  t.is(visitors.counts.tooSlow, 0);
  for (const { heard } of listeners) t.deepEqual(heard.match(/HTTP\/1\.1/g)?.length, 1);
  listeners[0]?.socket.end();
  listeners[1]?.socket.destroy();
  await until(() => places.now === 0);
  t.is(places.now, 0);
});

test('what is no TLS, and who never finishes its handshake, is gone when the time is up; so are too many', async (t) => {
  const limits = { connections: 10, headersMs: 300, requestMs: 400, checkMs: 50 };
  const { tlsPort, visitors, tlsUrl, files } = await serveTls(t, { limits });
  t.is(await exchange(tlsPort, get('/')), '', 'no word in plain text');
  const silent = connectTcp(tlsPort, '127.0.0.1');
  t.teardown(() => silent.destroy());
  await once(silent, 'connect');
  await until(() => visitors.now === 1);
  const startMs = performance.now();
  await once(silent.resume(), 'close');
  t.true(performance.now() - startMs < 10_000);
  for (let index = 0; index < 50; index++) {
    const socket = connectTcp(tlsPort, '127.0.0.1');
    socket.on('error', () => {});
    t.teardown(() => socket.destroy());
  }
  await until(() => visitors.counts.pushedOut === 40);
  t.is(visitors.counts.pushedOut, 40);
  t.is(visitors.now, 10);
  const { stdout } = await run('curl', ['-s', '--cacert', files.certificate, `${tlsUrl}/healthz`]);
  t.regex(stdout, /"ok":true/);
  await until(() => visitors.now === 0);
  t.is(visitors.now, 0);
});

test('what is no request is answered by TLS as without', async (t) => {
  const { tlsPort, told } = await serveTls(t);
  const { port } = await serve(t);
  for (const sent of ['nonsense\r\n\r\n', get('/', `X: ${'y'.repeat(20_000)}\r\n`)]) {
    const rude = await client(t, tlsPort, sent);
    await until(() => rude.closed);
    t.is(rude.heard, await exchange(port, sent));
    t.regex(headOf(rude.heard), /^HTTP\/1\.1 4(00|31) /);
  }
  t.is(told.errors, 0);
});

test('the password counts at both doors', async (t) => {
  const passwords = { listeners: { kind: 'plain', text: 'ear' } as const };
  const { tlsPort, tlsUrl, files } = await serveTls(t, { passwords });
  const locked = await client(t, tlsPort, get('/stream.wav'));
  await until(() => locked.heard.length > 0);
  t.regex(locked.heard, /^HTTP\/1\.1 401 /);
  const url = tlsUrl.replace('//', '//any:ear@');
  const { stdout } = await run('curl', ['-s', '--cacert', files.certificate, `${url}/stream.m3u`]);
  t.false(stdout.includes('ear@'), 'no password in a playlist');
});

test('a renewed certificate is taken without a restart; one that is no good is not', async (t) => {
  const { tlsPort, files, news, told } = await serveTls(t);
  const listener = await client(t, tlsPort, get('/stream.wav'));
  await until(() => told.joined === 1);
  t.is(listener.name(), 'first');
  const second = makeCertificate('second');
  t.teardown(() => second.remove());
  // Half of a renewal: the key is still the old one.
  copyFileSync(second.certificate, files.certificate);
  await until(() => news.length === 1);
  t.is(news[0]?.fault, 'key');
  await sleep(100);
  t.is(news.length, 1, 'it is said once');
  t.is((await client(t, tlsPort)).name(), 'first');
  copyFileSync(second.key, files.key);
  await until(() => news.length === 2);
  t.is(news[1], undefined);
  t.is((await client(t, tlsPort)).name(), 'second');
  writeFileSync(files.certificate, 'nonsense');
  await until(() => news.length === 3);
  t.is(news[2]?.fault, 'certificate');
  t.is((await client(t, tlsPort)).name(), 'second');
  t.false(listener.closed, 'who listens hears nothing of it');
});

test('a certificate that cannot be used: which key of the configuration is to blame', (t) => {
  const [one, other] = [makeCertificate('one'), makeCertificate('other')];
  t.teardown(() => [one, other].forEach((files) => void files.remove()));
  const fault = (files: { certificate: string; key: string }) => {
    const error = t.throws(() => readCertificate(files), { instanceOf: CertificateError });
    return `${error?.fault}: ${error?.message}`;
  };
  t.notThrows(() => readCertificate(one));
  t.regex(fault({ ...one, certificate: '/nonexistent/x' }), /^certificate: cannot be read: ENOENT/);
  t.regex(fault({ ...one, key: '/nonexistent/x' }), /^key: cannot be read: ENOENT/);
  t.regex(fault({ ...one, certificate: '/' }), /^certificate: cannot be read: EISDIR/);
  t.regex(fault({ ...one, key: other.key }), /^key: not the key of that certificate/);
  t.regex(fault({ certificate: one.key, key: one.key }), /^certificate: no certificate in PEM/);
  t.regex(fault({ certificate: one.certificate, key: one.certificate }), /^key: no private key in PEM/);
});
