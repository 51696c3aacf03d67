import type { FastifyInstance } from 'fastify';
import type { Format } from '../encoders/encoder.ts';
import type { Station } from '../station.ts';
import { originAsReached } from './reached.ts';

/** One address with the name to show for it. */
interface Entry {
  readonly url: string;
  readonly name: string;
}

/** The playlists of the box, by ending. Both are text without any quoting: a name must not have control characters. */
const KINDS: Record<string, { mimeType: string; text(entry: Entry): string }> = {
  // A length of -1 is a stream without end, as Winamp and those after it write and read it.
  m3u: {
    mimeType: 'audio/x-mpegurl; charset=utf-8',
    text: ({ url, name }) => `#EXTM3U\r\n#EXTINF:-1,${name}\r\n${url}\r\n`,
  },
  pls: {
    mimeType: 'audio/x-scpls; charset=utf-8',
    text: ({ url, name }) =>
      ['[playlist]', 'NumberOfEntries=1', `File1=${url}`, `Title1=${name}`, 'Length1=-1', 'Version=2', ''].join('\r\n'),
  },
};

/** Adds a playlist of each kind for every format, and `/stream.m3u` and `/stream.pls` for the first. */
export function addPlaylistRoutes(app: FastifyInstance, formats: readonly Format[], { tags }: Station): void {
  formats.forEach(({ id }, index) => {
    for (const [ending, { mimeType, text }] of Object.entries(KINDS)) {
      for (const path of [`/stream.${id}.${ending}`, ...(index === 0 ? [`/stream.${ending}`] : [])]) {
        app.get(path, (request, reply) =>
          reply
            .headers({ 'Cache-Control': 'no-cache', 'Access-Control-Allow-Origin': '*', Vary: 'Host' })
            .type(mimeType)
            .send(text({ url: `${originAsReached(request)}/stream.${id}`, name: tags.name })),
        );
      }
    }
  });
}
