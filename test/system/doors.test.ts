import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import test from 'ava';
import { wholeMp3Frames } from '../../src/encoders/mp3-frames.ts';
import { matches, parsePassword } from '../../src/http/passwords.ts';
import { freePort, MAIN, startBox } from '../support/box.ts';
import { makeCertificate } from '../support/certificate.ts';
import { IcyReader } from '../support/icy-reader.ts';
import { run, until } from '../support/processes.ts';

/** Runs the command to its end. */
async function boardfeed(args: string[], input = ''): Promise<{ code: number | null; output: string }> {
  const running = run(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let printed = '';
  running.child.stdout?.on('data', (part) => {
    printed += part;
  });
  running.child.stdin?.end(input);
  const timer = setTimeout(() => running.child.kill('SIGKILL'), 20_000);
  await once(running.child, 'close');
  clearTimeout(timer);
  return { code: running.child.exitCode, output: printed + running.output() };
}

test.serial('hash-password prints a hash of the first line of stdin, and nothing else', async (t) => {
  const { code, output } = await boardfeed(['hash-password'], 'grüße: "日"\nnot this\n');
  t.is(code, 0, output);
  t.regex(output, /^\$scrypt\$\S+\n$/);
  t.true(await matches(parsePassword(output.trim()), 'grüße: "日"'));
  for (const input of ['', '\n', `${'x'.repeat(300)}\n`]) {
    const refused = await boardfeed(['hash-password'], input);
    t.is(refused.code, 78);
    t.regex(refused.output, /1 to 256 characters/);
    t.notRegex(refused.output, /\n {4}at /);
  }
  t.is(
    (await boardfeed(['hash-password', 'secret'])).code,
    78,
    'a password on the command line would be seen by others',
  );
});

/** Types lines into a terminal, each when something is asked, and prints what the terminal shows. */
const TERMINAL = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:4])
shown = b""
try:
    for line in sys.argv[4:]:
        while not shown.endswith(b": "):
            shown += os.read(terminal, 1000)
        shown += b"(typed)"
        os.write(terminal, line.encode() + b"\\r")
    while True:
        shown += os.read(terminal, 1000)
except OSError:
    pass
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

test.serial('hash-password asks twice at a terminal, and shows nothing of what is typed', async (t) => {
  const type = async (...lines: string[]) => {
    const python = run('python3', ['-c', TERMINAL, process.execPath, MAIN, 'hash-password', ...lines]);
    const timer = setTimeout(() => python.child.kill('SIGKILL'), 20_000);
    await once(python.child, 'close');
    clearTimeout(timer);
    return { code: python.child.exitCode, shown: python.output() };
  };
  const good = await type('s3cret', 's3cret');
  t.is(good.code, 0, good.shown);
  t.regex(good.shown, /^Password: \(typed\)\s+Once more: \(typed\)\s+\$scrypt\$\S+\s+$/);
  t.false(good.shown.includes('s3cret'));
  t.true(await matches(parsePassword(/\$scrypt\S+/.exec(good.shown)?.[0] ?? ''), 's3cret'));
  const bad = await type('s3cret', 's4cret');
  t.is(bad.code, 78, bad.shown);
  t.regex(bad.shown, /two different passwords/);
});

test.serial('a certificate that is no good is named, whoever asks; so is a port that is taken', async (t) => {
  const [one, other] = [makeCertificate('one'), makeCertificate('other')];
  const server = createServer().listen(0, '127.0.0.1');
  t.teardown(() => [one, other].forEach((files) => void files.remove()));
  t.teardown(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  const taken = typeof address === 'object' && address ? address.port : 0;
  const config = join(one.certificate, '..', 'boardfeed.toml');
  const write = (certificate: string, key: string, port = 8443) =>
    writeFileSync(config, `[tls]\ncertificate = "${certificate}"\nkey = "${key}"\nport = ${port}\n`);
  for (const args of [
    ['check-config', config],
    ['--config', config, '--source', 'demo'],
  ]) {
    write(one.certificate, '/nonexistent/key.pem');
    const absent = await boardfeed(args);
    t.is(absent.code, 78, absent.output);
    t.regex(absent.output, /boardfeed\.toml: tls\.key = "\/nonexistent\/key\.pem": cannot be read/);
    t.notRegex(absent.output, /\n {4}at /);
    write(one.certificate, other.key);
    const mismatched = await boardfeed(args);
    t.is(mismatched.code, 78, mismatched.output);
    t.regex(mismatched.output, /tls\.key = "[^"]+": not the key of that certificate/);
  }
  write(one.certificate, one.key, taken);
  const busy = await boardfeed([
    '--config',
    config,
    '--source',
    'demo',
    '--host',
    '127.0.0.1',
    '--port',
    `${await freePort()}`,
  ]);
  t.is(busy.code, 69, busy.output);
  t.regex(busy.output, new RegExp(`port ${taken}: another program uses that port`));
});

test.serial(
  'hashed passwords and https together: sound, a new title in the sound, and an end at a frame',
  async (t) => {
    const files = makeCertificate('box');
    t.teardown(() => files.remove());
    const hash = (await boardfeed(['hash-password'], 's3cret\n')).output.trim();
    const tlsPort = await freePort();
    const box = await startBox(
      `[input]\nsource = "demo"\n[listeners]\npassword = "ear"\n[http]\nadmin_password = "${hash}"\n[tls]\ncertificate = "${files.certificate}"\nkey = "${files.key}"\nport = ${tlsPort}\n`,
    );
    t.teardown(() => box.stop());
    t.regex(box.output(), new RegExp(`https on port ${tlsPort}`));
    const refused = await fetch(`${box.url}/stream.mp3`);
    t.is(refused.status, 401);
    await refused.body?.cancel();

    const socket = connect({ port: tlsPort, host: '127.0.0.1', rejectUnauthorized: false });
    let heard = Buffer.alloc(0);
    let ended = false;
    socket.on('data', (part: Buffer) => {
      heard = Buffer.concat([heard, part]);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      ended = true;
    });
    const credentials = Buffer.from('any:ear').toString('base64');
    socket.write(`GET /stream.mp3 HTTP/1.0\r\nIcy-MetaData: 1\r\nAuthorization: Basic ${credentials}\r\n\r\n`);
    await until('sound', () => heard.length > 10_000 || heard.length);
    const url = `https://127.0.0.1:${tlsPort}/api/metadata`;
    const put = run('curl', [
      ...['--silent', '--cacert', files.certificate, '--user', 'any:s3cret', '--request', 'PUT'],
      ...['--header', 'Content-Type: application/json', '--data', '{"title":"Nun danket; \'alle\' Gott 日"}', url],
    ]);
    await once(put.child, 'close');
    t.is(put.output(), '{"title":"Nun danket; \'alle\' Gott 日"}');
    const atPut = heard.length;
    await until('the title has come', () => heard.length > atPut + 20_000 || heard.length);

    const exited = once(box.child, 'exit');
    box.child.kill('SIGTERM');
    await exited;
    t.is(box.child.exitCode, 0, box.output());
    await until('it has ended', () => ended);
    const headEnd = heard.indexOf('\r\n\r\n');
    const metaBytes = Number(/\r\nicy-metaint: (\d+)\r\n/.exec(heard.subarray(0, headEnd + 2).toString('latin1'))?.[1]);
    const parts: Buffer[] = [];
    const reader = new IcyReader(metaBytes, (sound) => void parts.push(sound));
    reader.push(heard.subarray(headEnd + 4));
    t.is(reader.titles.at(-1)?.title, "Nun danket; 'alle' Gott 日");
    const frames = Buffer.concat(parts);
    t.is(wholeMp3Frames(frames), frames.length);
    for (const secret of ['s3cret', 'ear"', hash]) t.false(box.output().includes(secret), 'no password in the log');
  },
);
