import type { Format, IcecastFraming, StreamTags } from '../encoders/encoder.ts';
import type { PcmFormat } from '../pcm.ts';
import type { PushTarget } from './target.ts';

/** How a server is asked to take a stream: as Icecast does since 2.4, or as it and its ancestors always did. */
export type Method = 'PUT' | 'SOURCE';

/** What is to be said of the stream. */
export interface Offer {
  readonly target: PushTarget;
  readonly format: Pick<Format, 'bitrateKbps' | 'rateHz'> & { readonly icecast: IcecastFraming };
  /** The programme. */
  readonly pcm: PcmFormat;
  readonly tags: StreamTags;
  /** Who asks: name and version. */
  readonly userAgent: string;
}

/**
 * The head of the request for a mount (Icecast 2.4.4, `doc/`: "Icecast HTTP protocol"). In UTF-8, as Icecast hands names on.
 */
export function sourceRequest({ target, format, pcm, tags, userAgent }: Offer, method: Method): string {
  const headers: [string, string | number | undefined][] = [
    ['Host', new URL(target.url).host],
    ['Authorization', target.authorization],
    ['User-Agent', userAgent],
    ['Content-Type', format.icecast.mimeType],
    ['Ice-Name', tags.name],
    ['Ice-Description', target.description],
    ['Ice-Genre', tags.genre],
    ['Ice-URL', tags.url],
    ['Ice-Public', Number(target.isPublic)],
    ['Ice-Bitrate', format.bitrateKbps],
    ['Ice-Audio-Info', `ice-channels=${pcm.channels};ice-samplerate=${format.rateHz ?? pcm.rateHz}`],
    ['Expect', method === 'PUT' ? '100-continue' : ''],
  ];
  const lines = headers.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [`${name}: ${value}`]));
  return `${[`${method} ${target.mount} HTTP/${method === 'PUT' ? '1.1' : '1.0'}`, ...lines].join('\r\n')}\r\n\r\n`;
}

/** Icecast refuses a request of more than 4096 bytes; so much of it may be the title. */
const MOST_TITLE_BYTES = 2500;

/** Path of the request that tells a title (Icecast 2.4.4, `doc/`: "Admin interface"). What is too long of the title is left out. */
export function titlePath({ mount }: PushTarget, title: string): string {
  let song = '';
  for (const character of title.toWellFormed()) {
    const encoded = encodeURIComponent(character);
    if (song.length + encoded.length > MOST_TITLE_BYTES) break;
    song += encoded;
  }
  // The server compares with the mount as it reads it in a request: decoded.
  return `/admin/metadata?mode=updinfo&mount=${encodeURIComponent(decodeMount(mount))}&charset=UTF-8&song=${song}`;
}

function decodeMount(mount: string): string {
  try {
    return decodeURIComponent(mount);
  } catch {
    return mount; // A % that stands for itself.
  }
}
