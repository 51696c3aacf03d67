import test from 'ava';
import fc from 'fast-check';
import { Receiver } from 'ws';
import { readPiece, writePiece } from '../../src/live/message.ts';
import { binaryFrame, closeFrame, handshakeAnswer, handshakeKey, textFrame } from '../../src/live/web-socket.ts';

const dbfs = () => fc.integer({ min: -15_000, max: 0 }).map((hundredths) => hundredths / 100);

test('a piece that was written is read again', (t) => {
  const piece = fc.record({
    atMs: fc.double({ noNaN: true, noDefaultInfinity: true }),
    clipped: fc.boolean(),
    levels: fc.array(fc.record({ peakDbfs: dbfs(), rmsDbfs: dbfs() }), { maxLength: 2 }),
    sound: fc.uint8Array({ maxLength: 2000 }),
  });
  fc.assert(
    fc.property(piece, (written) => {
      const message = writePiece(written);
      t.deepEqual(readPiece(message.buffer as ArrayBuffer), written);
    }),
  );
});

test('what is no piece of this version is none', (t) => {
  const message = writePiece({
    atMs: 1,
    clipped: false,
    levels: [{ peakDbfs: -1, rmsDbfs: -2 }],
    sound: new Uint8Array(0),
  });
  for (let length = 0; length < message.length; length++) {
    t.is(readPiece(message.slice(0, length).buffer), undefined, `${length} bytes`);
  }
  message[0] = 2;
  t.is(readPiece(message.buffer as ArrayBuffer), undefined);
});

test('frames are what another implementation of RFC 6455 reads', async (t) => {
  const receiver = new Receiver({ isServer: false, maxPayload: 100_000 });
  const heard: string[] = [];
  receiver.on('message', (data, isBinary) => heard.push(`${isBinary ? 'binary' : 'text'} ${data.length}`));
  const concluded = new Promise<string>((resolve) => {
    receiver.on('conclude', (code, reason) => resolve(`${code} ${reason}`));
  });
  const lengths = [0, 125, 126, 65_535, 65_536];
  for (const length of lengths) {
    receiver.write(binaryFrame(new Uint8Array(length)));
    receiver.write(textFrame('x'.repeat(length)));
  }
  receiver.write(closeFrame(1013, 'voll, später'));
  t.is(await concluded, '1013 voll, später');
  t.deepEqual(
    heard,
    lengths.flatMap((length) => [`binary ${length}`, `text ${length}`]),
  );
});

test('the handshake is answered as in RFC 6455, 1.3, and only when it is one', (t) => {
  const headers = {
    upgrade: 'WebSocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const key = handshakeKey(headers) ?? '';
  t.regex(handshakeAnswer(key), /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/);
  for (const wrong of [
    { upgrade: 'h2c' },
    { 'sec-websocket-version': '8' },
    { 'sec-websocket-key': 'short' },
    { 'sec-websocket-key': `${headers['sec-websocket-key']}\r\nX: y` },
  ]) {
    t.is(handshakeKey({ ...headers, ...wrong }), undefined, JSON.stringify(wrong));
  }
});
