import { shownTitle } from '../station.ts';
import type { StreamTags } from './encoder.ts';

/** Stands where a file names the library that encoded it. */
const VENDOR = 'Boardfeed';

/**
 * What a stream says of itself, as Opus and FLAC carry it: a "Vorbis comment", without the framing bit at its end (RFC 7845, 5.2
 * and RFC 9639, 8.6; the names of the fields are those of https://xiph.org/vorbis/doc/v-comment.html).
 */
export function vorbisComment(tags: StreamTags): Buffer {
  const fields = [
    ['TITLE', shownTitle(tags)],
    // Players show it beside the title; without one, the name is the title already.
    ['ALBUM', tags.title === '' ? '' : tags.name],
    ['ORGANIZATION', tags.name],
    ['GENRE', tags.genre],
    ['CONTACT', tags.url],
  ].flatMap(([name, value]) => (value === '' ? [] : [`${name}=${value}`]));
  return Buffer.concat([counted(VENDOR), uint32(fields.length), ...fields.map(counted)]);
}

/** A text in UTF-8 behind its length in bytes. */
function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
