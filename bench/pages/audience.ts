import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { parseArgs } from 'node:util';

/*
 * An audience in a process of its own: `audience.ts PORT COUNT stream|page`. Opens that many connections, reads everything, and prints
 * READY when each has had something. On a line on stdin it prints how many bytes came since the last.
 */

const { positionals } = parseArgs({ allowPositionals: true });
const [port = '', count = '', kind = ''] = positionals;

/** How often a page says how it hears, ms. */
const REPORT_EVERY_MS = 10_000;
const HEADS: Record<string, string> = {
  stream: 'GET /stream.opus?burst=0 HTTP/1.0\r\nHost: box\r\n\r\n',
  page: `GET /live?sound=opus HTTP/1.1\r\nHost: box\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
};

let bytes = 0;
let silent = Number(count);
for (let index = 0; index < Number(count); index++) {
  const socket = connect(Number(port), '127.0.0.1', () => socket.write(HEADS[kind] ?? ''));
  socket.once('data', () => {
    if (--silent === 0) console.log('READY');
    if (kind === 'page') setInterval(() => report(socket), REPORT_EVERY_MS);
  });
  socket.on('data', (part: Buffer) => {
    bytes += part.length;
  });
  socket.on('close', () => {
    throw new Error(`the box ended connection ${index}`);
  });
}
process.stdin.on('data', () => {
  console.log(`${bytes}`);
  bytes = 0;
});
process.stdin.on('end', () => process.exit(0));

/** A page's report as a masked frame (RFC 6455, 5.3). */
function report(socket: Socket): void {
  const text = Buffer.from('{"behindMs":85,"dropouts":0}');
  const mask = randomBytes(4);
  const masked = text.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length]), mask, masked]));
}
