import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { native } from '../../src/native.ts';

/** What all recordings are made: stereo at 48 kHz, interleaved, as exact as 16 bits. */
export const RATE_HZ = 48000;

/** Debian's sonic-pi-samples: recordings that were put into the public domain, stereo at 44.1 kHz, FLAC. */
const MUSIC_DIRECTORY = '/usr/share/sonic-pi/samples';
const MUSIC = {
  'break beat': 'loop_amen_full',
  guitar: 'guit_em9',
  tabla: 'loop_tabla',
  synthesizer: 'loop_garzul',
  voice: 'bass_voxy_c',
};
/** Debian's alsa-utils: somebody says the names of loudspeakers, mono at 48 kHz. */
const SPEECH_DIRECTORY = '/usr/share/sounds/alsa';
const NO_SPEECH = 'Noise.wav';
const MAX_SECONDS = 30;

export type RecordingName = keyof typeof MUSIC | 'speech';

/** One recording of real music or speech, out of Debian packages. Rejects when its package is not installed. */
export async function recording(name: RecordingName): Promise<Float32Array> {
  if (name !== 'speech') return read(join(MUSIC_DIRECTORY, `${MUSIC[name]}.flac`));
  const files = readdirSync(SPEECH_DIRECTORY).filter((file) => file.endsWith('.wav') && file !== NO_SPEECH);
  const words = await Promise.all(files.sort().map((file) => read(join(SPEECH_DIRECTORY, file))));
  const samples = new Float32Array(words.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const word of words) {
    samples.set(word, at);
    at += word.length;
  }
  return samples;
}

/** All of them by name. */
export async function recordings(): Promise<Record<RecordingName, Float32Array>> {
  const names = [...(Object.keys(MUSIC) as RecordingName[]), 'speech' as const];
  const pairs = await Promise.all(names.map(async (name) => [name, await recording(name)] as const));
  return Object.fromEntries(pairs) as Record<RecordingName, Float32Array>;
}

/** The programs that we are compared with get 16 bits, so we do, too. */
async function read(path: string): Promise<Float32Array> {
  const samples = await native.readSoundFile(path, RATE_HZ, 2, MAX_SECONDS);
  return samples.map((value) => Math.min(Math.max(Math.round(value * 0x8000), -0x8000), 0x7fff) / 0x8000);
}
