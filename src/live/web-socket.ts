import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What RFC 6455, 4.2.2 appends to the client's key. */
const KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const OPCODE = { text: 1, binary: 2, close: 8 } as const;
const FINAL = 0x80;

/** The client's key, if these are the headers of a WebSocket's opening handshake (RFC 6455, 4.2.1). */
export function handshakeKey(headers: IncomingHttpHeaders): string | undefined {
  const { upgrade = '', 'sec-websocket-key': key = '', 'sec-websocket-version': version } = headers;
  if (upgrade.toLowerCase() !== 'websocket' || version !== '13') return undefined;
  return /^[+/0-9A-Za-z]{22}==$/.test(key) ? key : undefined;
}

/** The head of the answer that opens the WebSocket. */
export function handshakeAnswer(key: string): string {
  const accept = createHash('sha1').update(`${key}${KEY_SUFFIX}`).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

/** A message as one frame of a server: whole and not masked (RFC 6455, 5.2), the same for everybody. */
export function textFrame(text: string): Buffer {
  return frame(OPCODE.text, Buffer.from(text));
}

export function binaryFrame(data: Uint8Array): Buffer {
  return frame(OPCODE.binary, data);
}

/**
 * The last frame (RFC 6455, 5.5.1).
 *
 * @param code see RFC 6455, 7.4.1 and its registry
 * @param reason words for the page, 123 bytes at most
 */
export function closeFrame(code: number, reason: string): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return frame(OPCODE.close, Buffer.concat([payload, Buffer.from(reason)]));
}

function frame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const headBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const out = Buffer.allocUnsafe(headBytes + length);
  out[0] = FINAL | opcode;
  if (headBytes === 2) out[1] = length;
  else if (headBytes === 4) {
    out[1] = 126;
    out.writeUInt16BE(length, 2);
  } else {
    out[1] = 127;
    out.writeBigUInt64BE(BigInt(length), 2);
  }
  out.set(payload, headBytes);
  return out;
}
