import type { PageState } from '../../src/live/page-state.ts';

/** What a page is told of a box on air with a good signal. */
export const ON_AIR: PageState = {
  name: 'St. Martin',
  title: 'Choir practice',
  programme: { state: 'live', level: 'signal', fallback: 'silence' },
  source: { kind: 'alsa', wanted: 'alsa' },
  listeners: 12,
  formats: [
    { id: 'mp3', path: '/stream.mp3', description: 'MP3, 128 kbit/s' },
    { id: 'wav', path: '/stream.wav', description: 'WAV, 16 bit' },
  ],
  addresses: ['http://boardfeed.local/', 'http://192.168.178.40/'],
};
