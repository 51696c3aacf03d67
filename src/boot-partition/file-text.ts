import { isUtf8 } from 'node:buffer';

/** How the letters of a file are written, as far as editors on PCs do it. */
type Encoding = 'utf8' | 'utf16le' | 'utf16be';

/** The text of a settings file, without its byte order mark. */
export interface FileText {
  readonly text: string;
  readonly encoding: Encoding;
  /** Bytes that stand before the text. */
  readonly markBytes: number;
}

/** Reads a settings file: UTF-8, or what Windows calls "Unicode". What is no text gives words that say why. */
export function fileText(bytes: Buffer): FileText | string {
  const [encoding, markBytes] = encodingOf(bytes);
  const rest = bytes.subarray(markBytes);
  if (encoding === 'utf8' && !isUtf8(rest)) return notUtf8(rest);
  const text = textOf(rest, encoding);
  if (text === undefined || text.includes('\0') || !text.isWellFormed()) return 'it is no text';
  if (text.trim() === '') return 'it is empty';
  return { text, encoding, markBytes };
}

/** The bytes of a file with a part of its text, from one place to another, replaced by one that takes as many of them. */
export function withPart(bytes: Buffer, file: FileText, from: number, to: number, part: string): Buffer {
  const start = file.markBytes + bytesOf(file.text.slice(0, from), file.encoding).length;
  const room = bytesOf(file.text.slice(from, to), file.encoding).length;
  const put = bytesOf(part, file.encoding);
  const space = bytesOf(' ', file.encoding);
  const result = Buffer.from(bytes);
  put.copy(result, start, 0, room);
  for (let at = put.length; at < room; at += space.length) space.copy(result, start + at);
  return result;
}

/** How many letters of plain English have room in a part of a text. */
export function roomOf(file: FileText, from: number, to: number): number {
  return bytesOf(file.text.slice(from, to), file.encoding).length / bytesOf(' ', file.encoding).length;
}

function encodingOf(bytes: Buffer): [Encoding, number] {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return ['utf16le', 2];
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return ['utf16be', 2];
  return ['utf8', bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0];
}

function textOf(bytes: Buffer, encoding: Encoding): string | undefined {
  if (encoding === 'utf8') return bytes.toString('utf8');
  if (bytes.length % 2 === 1) return undefined;
  return (encoding === 'utf16le' ? bytes : Buffer.from(bytes).swap16()).toString('utf16le');
}

function bytesOf(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf8') return Buffer.from(text);
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf16le' ? bytes : bytes.swap16();
}

/** An editor of long ago, or no editor at all. */
function notUtf8(bytes: Buffer): string {
  if (bytes.includes(0)) return 'it is no text';
  let line = 1;
  for (let from = 0, end = 0; end >= 0; from = end + 1, line++) {
    end = bytes.indexOf('\n', from);
    if (!isUtf8(bytes.subarray(from, end < 0 ? undefined : end)))
      return `line ${line} has a letter that is not written in UTF-8; choose UTF-8 when you save the file`;
  }
  return 'it is no text';
}
