import type { FastifyInstance } from 'fastify';
import { FORMAT_IDS } from '../encoders/formats.ts';
import { answerNothing } from './faults.ts';
import { originAsReached } from './reached.ts';
import { type StreamOptions, sourceOf } from './streams.ts';

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

/** Adds a playlist of each kind for every format, and `/stream.m3u` and `/stream.pls` for the first that is offered. */
export function addPlaylistRoutes(app: FastifyInstance, { sources, station }: StreamOptions): void {
  for (const formatId of [undefined, ...FORMAT_IDS]) {
    for (const [ending, { mimeType, text }] of Object.entries(KINDS)) {
      const path = formatId === undefined ? `/stream.${ending}` : `/stream.${formatId}.${ending}`;
      app.get(path, (request, reply) => {
        const source = sourceOf(sources(), formatId);
        if (!source) return answerNothing(reply);
        const url = `${originAsReached(request)}/stream.${source.format.id}`;
        return reply
          .headers({ 'Cache-Control': 'no-cache', 'Access-Control-Allow-Origin': '*', Vary: 'Host' })
          .type(mimeType)
          .send(text({ url, name: station.tags.name }));
      });
    }
  }
}
