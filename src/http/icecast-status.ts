import type { FastifyInstance } from 'fastify';
import type { PcmFormat } from '../pcm.ts';
import { type Station, shownTitle } from '../station.ts';
import { hostOf, originAsReached } from './reached.ts';
import type { StreamSource } from './streams.ts';

/** What the status in the shape of Icecast needs of the box. */
export interface IcecastStatusOptions {
  readonly station: Station;
  /** Version of the box. */
  readonly version: string;
  /** The programme. */
  readonly pcm: PcmFormat;
  /** What is offered at present. */
  sources(): readonly StreamSource[];
}

/**
 * Adds `/status-json.xsl`, for monitors and directories that know Icecast. Keys and types are those of Icecast 2.4, without its
 * placeholder `dummy`: one source is an object, several are a list, none is no key at all.
 */
export function addIcecastStatusRoute(app: FastifyInstance, options: IcecastStatusOptions): void {
  const startedAt = new Date();
  app.get('/status-json.xsl', { config: { access: 'open' } }, (request, reply) => {
    const { mount } = request.query as { mount?: unknown };
    const origin = originAsReached(request);
    const sources = options
      .sources()
      .filter(({ format }) => mount === undefined || mount === `/stream.${format.id}`)
      .map((source) => sourceStatus(source, options, startedAt, origin));
    const icestats = {
      admin: '',
      host: hostOf(origin),
      location: '',
      server_id: `Boardfeed ${options.version}`,
      server_start: rfc822(startedAt),
      server_start_iso8601: iso8601(startedAt),
      ...(sources.length > 0 && { source: sources.length === 1 ? sources[0] : sources }),
    };
    return reply
      .headers({ 'Cache-Control': 'no-cache, no-store', 'Access-Control-Allow-Origin': '*' })
      .type('application/json; charset=utf-8')
      .send(JSON.stringify({ icestats }));
  });
}

function sourceStatus(
  { format, audience }: StreamSource,
  { station: { tags }, pcm }: IcecastStatusOptions,
  startedAt: Date,
  origin: string,
): Record<string, string | number> {
  const { bitrateKbps, rateHz = pcm.rateHz } = format;
  const { now, peak } = audience();
  const bitrate = bitrateKbps === undefined ? '' : `;bitrate=${bitrateKbps}`;
  return {
    audio_info: `channels=${pcm.channels};samplerate=${rateHz}${bitrate}`,
    ...(bitrateKbps !== undefined && { bitrate: bitrateKbps }),
    channels: pcm.channels,
    genre: tags.genre || 'various',
    listener_peak: peak,
    listeners: now,
    listenurl: `${origin}/stream.${format.id}`,
    samplerate: rateHz,
    server_description: format.description,
    server_name: tags.name,
    server_type: format.mimeType,
    ...(tags.url && { server_url: tags.url }),
    stream_start: rfc822(startedAt),
    stream_start_iso8601: iso8601(startedAt),
    title: shownTitle(tags),
  };
}

/** `Mon, 23 Nov 2026 03:22:07 +0000` */
function rfc822(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}

/** `2026-11-23T03:22:07+0000` */
function iso8601(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, '+0000');
}
