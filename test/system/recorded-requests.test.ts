import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { mp3FrameBytes, wholeMp3Frames } from '../../src/encoders/mp3-frames.ts';
import { type RecordedRequest, recordedRequests } from '../http/recorded-requests.ts';
import { type Box, startBox } from '../support/box.ts';
import { IcyReader } from '../support/icy-reader.ts';
import { run, until } from '../support/processes.ts';

/** So much of a body is looked at, bytes: three titles and more. */
const BODY_BYTES = 20_000;

let box: Box;
test.before(async () => {
  box = await startBox('[input]\nsource = "demo"\n[station]\nname = "Kirche"\ntitle = "Air"\ngenre = "Talk"\n');
});
test.after.always(() => box.stop());

/** Sends a head as it is; the answer grows until the box or `stop` ends it. */
function send(sent: string) {
  const socket = connect(box.port, '127.0.0.1');
  let answer = Buffer.alloc(0);
  let isOpen = true;
  socket.on('data', (data: Buffer) => {
    answer = Buffer.concat([answer, data]);
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    isOpen = false;
  });
  socket.write(Buffer.from(sent, 'latin1'));
  return { answer: () => answer, isOpen: () => isOpen, stop: () => socket.destroy() };
}

/** The fields of a head, lower case. Throws on whatever RFC 9112 does not have, and on a field that comes twice. */
function strictHead(text: string): { status: number; fields: Map<string, string> } {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) [\x20-\x7e]+$/.exec(statusLine)?.[1];
  if (status === undefined) throw new Error(`no status line: ${statusLine}`);
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] =
      /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\x21-\x7e\xa0-\xff](?:[\x20-\x7e\xa0-\xff]*[\x21-\x7e\xa0-\xff])?)$/.exec(
        line,
      ) ?? [];
    if (name === undefined || value === undefined) throw new Error(`no field: ${JSON.stringify(line)}`);
    if (fields.has(name.toLowerCase())) throw new Error(`${name} comes twice`);
    fields.set(name.toLowerCase(), value);
  }
  return { status: Number(status), fields };
}

/** Whole MP3 frames from the first byte on; the last may be under way. */
function checkFrames(t: ExecutionContext, sound: Buffer) {
  const whole = wholeMp3Frames(sound);
  t.true(whole > 0);
  t.true(sound.length - whole < mp3FrameBytes(sound, 0), 'less than a frame is left over');
}

for (const { player, head, gets, looksFor = {} } of recordedRequests) {
  test(`${player} gets ${gets}`, async (t) => {
    const { answer, isOpen, stop } = send(head);
    t.teardown(stop);
    const headEnd = () => answer().indexOf('\r\n\r\n');
    await until('a head', () => headEnd() >= 0 || !isOpen() || answer().length);
    const { status, fields } = strictHead(answer().subarray(0, headEnd()).toString('latin1'));
    const body = () => answer().subarray(headEnd() + 4);
    t.is(status, 200);
    t.is(fields.get('content-type'), 'audio/mpeg');
    t.false(fields.has('transfer-encoding'));
    t.false(fields.has('content-length'));
    t.false(fields.has('content-range'));
    for (const [name, value] of Object.entries(looksFor)) t.is(fields.get(name), value, name);
    t.is(fields.has('icy-metaint'), gets === 'titles');
    t.is(fields.has('contentfeatures.dlna.org'), /getcontentfeatures/i.test(head));
    if (gets === 'head') {
      await sleep(200);
      t.is(body().length, 0);
      return;
    }
    t.is(fields.get('connection'), 'close');
    await until('sound', () => body().length >= BODY_BYTES || body().length);
    if (gets === 'sound') {
      checkFrames(t, body());
      return;
    }
    const parts: Buffer[] = [];
    const reader = new IcyReader(Number(fields.get('icy-metaint')), (sound) => void parts.push(sound));
    reader.push(body());
    t.true(reader.blocks >= 3);
    t.deepEqual(new Set(reader.titles.map(({ title }) => title)), new Set(['Air']));
    checkFrames(t, Buffer.concat(parts));
  });
}

/** Apple's players ask for two bytes, then for more than there will ever be (github.com/MattCheramie/GopherTrunk/pull/601). */
for (const [format, mark] of [
  ['wav', 'RIFF'],
  ['opus', 'OggS'],
  ['flac', 'fLaC'],
] as const) {
  test(`an iPhone that probes for ${format} gets 206, then the sound`, async (t) => {
    const probe = (recordedRequests.find(({ player }) => /^iPhone/.test(player)) as RecordedRequest).head.replace(
      '.mp3',
      `.${format}`,
    );
    const first = send(probe);
    t.teardown(first.stop);
    await until(
      'two bytes',
      () =>
        first
          .answer()
          .toString('latin1')
          .endsWith(`\r\n\r\n${mark.slice(0, 2)}`) || first.answer().length,
    );
    const { status, fields } = strictHead(first.answer().subarray(0, -6).toString('latin1'));
    t.is(status, 206);
    t.is(fields.get('content-range'), 'bytes 0-1/4294967295');
    t.is(fields.get('content-length'), '2');
    const second = send(probe.replace('bytes=0-1', 'bytes=0-1073741822'));
    t.teardown(second.stop);
    await until('sound', () => second.answer().length > 5000);
    const answer = second.answer().toString('latin1');
    const rest = strictHead(answer.slice(0, answer.indexOf('\r\n\r\n')));
    t.is(rest.status, 206);
    t.is(rest.fields.get('content-range'), 'bytes 0-1073741822/4294967295');
    t.true(answer.includes(`\r\n\r\n${mark}`));
  });
}

test('a Sonos is told a length of FLAC, which it would refuse otherwise; nobody else is, and it is not for MP3', async (t) => {
  const sonos = (recordedRequests.find(({ player }) => /^Sonos/.test(player)) as RecordedRequest).head;
  const lengthOf = async (head: string) => {
    const { answer, stop } = send(head);
    await until('a head', () => answer().includes('\r\n\r\n') || answer().length);
    stop();
    const { status, fields } = strictHead(answer().subarray(0, answer().indexOf('\r\n\r\n')).toString('latin1'));
    t.is(status, /Range/.test(head) ? 206 : 200);
    return fields.get('content-length');
  };
  const flac = sonos.replace('.mp3', '.flac');
  t.is(await lengthOf(flac), '4294967295');
  t.is(await lengthOf(flac.replace('GET', 'HEAD')), '4294967295');
  t.is(await lengthOf(flac.replace('ACCEPT', 'Range: bytes=0-1\r\nACCEPT')), '2');
  t.is(await lengthOf(sonos), undefined);
  t.is(await lengthOf(flac.replace('Sonos', 'Other')), undefined);
});

for (const format of ['mp3', 'opus', 'flac', 'wav']) {
  test(`ffprobe knows what ${format} is, and says nothing else`, async (t) => {
    const entries = ['-show_entries', 'stream=codec_name,sample_rate,channels', '-of', 'csv=p=0'];
    const ffprobe = run('ffprobe', ['-v', 'error', ...entries, `${box.url}/stream.${format}`]);
    const timer = setTimeout(() => ffprobe.child.kill('SIGKILL'), 20_000);
    await once(ffprobe.child, 'close');
    clearTimeout(timer);
    t.is(ffprobe.output(), `${format === 'wav' ? 'pcm_s16le' : format},48000,2\n`);
  });
}

test('every request is one of its own kind, and says where it is from', (t) => {
  t.is(new Set(recordedRequests.map(({ head }) => head)).size, recordedRequests.length);
  t.is(new Set(recordedRequests.map(({ player }) => player)).size, recordedRequests.length);
  for (const { head, from } of recordedRequests) {
    t.regex(head, /^(GET|HEAD) \S+ HTTP\/1\.[01]\r\n([^\r\n]+\r\n)*\r\n$/);
    t.true(from.length > 10);
  }
});
