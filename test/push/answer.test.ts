import test from 'ava';
import fc from 'fast-check';
import { type Answer, AnswerError, AnswerReader, MAX_HEAD_BYTES } from '../../src/push/answer.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n';

/** What is read of a text that arrives in pieces that end at the given places. */
function read(text: string, cuts: readonly number[] = []): Answer | undefined {
  const bytes = Buffer.from(text, 'utf8');
  const reader = new AnswerReader();
  for (const [index, cut] of [0, ...cuts].entries()) reader.read(bytes.subarray(cut, cuts[index] ?? bytes.length));
  return reader.answer;
}

const everyByte = (text: string) => Array.from({ length: Buffer.byteLength(text) }, (_, index) => index + 1);

const answers: [what: string, text: string, expected: Answer | undefined][] = [
  ['nothing', '', undefined],
  ['a beginning', 'HT', undefined],
  ['a head without its end', 'HTTP/1.0 200 OK\r\nServer: x\r\n', undefined],
  ['an old OK', 'HTTP/1.0 200 OK\r\n\r\n', { status: 200, words: 'OK' }],
  ['a short OK', 'HTTP/1.0 200\r\n\r\n', { status: 200, words: '' }],
  ['go on', CONTINUE, { status: 100, words: 'Continue' }],
  ['go on, then OK', `${CONTINUE}HTTP/1.0 200 OK\r\n\r\n`, { status: 200, words: 'OK' }],
  [
    'go on, then not',
    `${CONTINUE}HTTP/1.0 403 Forbidden\r\n\r\nMountpoint in use`,
    { status: 403, words: 'Mountpoint in use' },
  ],
  ['several times go on', `${CONTINUE}HTTP/1.1 102 Processing\r\n\r\n`, { status: 102, words: 'Processing' }],
  ['line feeds only', 'HTTP/1.0 401 No\n\n', { status: 401, words: 'No' }],
  [
    'something after the end',
    'HTTP/1.0 200 OK\r\n\r\nHTTP/1.0 404 No\r\n\r\n',
    { status: 200, words: 'HTTP/1.0 404 No' },
  ],
  [
    'a page',
    'HTTP/1.0 400 Bad Request\r\n\r\n<html><head><title>Error 400</title></head><body><b>400 - Source\r\ndoes not exist</b>\u0007</body>',
    { status: 400, words: '400 - Source does not exist' },
  ],
  ['UTF-8', 'HTTP/1.0 403 No\r\n\r\nÄgypten 日', { status: 403, words: 'Ägypten 日' }],
  ['many words', `HTTP/1.0 403 No\r\n\r\n${'a'.repeat(5000)}`, { status: 403, words: `${'a'.repeat(100)}…` }],
];

for (const [what, text, expected] of answers) {
  test(`read: ${what}`, (t) => {
    t.deepEqual(read(text), expected);
    // In pieces, the words may not all be there yet when the answer is.
    t.is(read(text, everyByte(text))?.status, expected?.status);
    fc.assert(
      fc.property(fc.array(fc.nat(Buffer.byteLength(text))), (cuts) => {
        const answer = read(
          text,
          [...cuts].sort((a, b) => a - b),
        );
        return answer?.status === expected?.status;
      }),
      { numRuns: 50 },
    );
  });
}

for (const [what, text] of [
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['TLS', '\u0015\u0003\u0001\u0000\u0002\u0002\u0046'],
  ['an old Shoutcast', 'invalid password\r\n'],
  ['HTTP/2', 'HTTP/2 200 OK\r\n\r\n'],
  ['a status that is none', 'HTTP/1.0 2xx OK\r\n\r\n'],
  ['64 KB of head', `HTTP/1.0 200 OK\r\nX: ${'a'.repeat(65_536)}\r\n\r\n`],
  ['64 KB of head without end', `HTTP/1.0 200 OK\r\nX: ${'a'.repeat(65_536)}`],
  ['64 KB of nothing', '\n'.repeat(65_536)],
] as const) {
  test(`no answer: ${what}`, (t) => {
    t.throws(() => read(text), { instanceOf: AnswerError });
    t.throws(() => read(text, everyByte(text)), { instanceOf: AnswerError });
  });
}

test('what is no answer is not kept until it is long', (t) => {
  const reader = new AnswerReader();
  t.throws(() => reader.read(Buffer.from('x')), { instanceOf: AnswerError });
  const other = new AnswerReader();
  other.read(Buffer.from(`HTTP/1.0 200 OK\r\nX: ${'a'.repeat(MAX_HEAD_BYTES - 100)}`));
  t.throws(() => other.read(Buffer.alloc(200, 'a')), { instanceOf: AnswerError });
});
