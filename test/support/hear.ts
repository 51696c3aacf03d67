import { type Running, run, until } from './processes.ts';
import { type Tone, toFloats, toneDbfs } from './tones.ts';

/** What a player has heard. */
export interface Heard {
  /** Interleaved stereo at 48 kHz. */
  readonly samples: Float32Array;
  /** What it complained of; empty when nothing. */
  readonly complaints: string;
}

/** Listens to a stream with ffmpeg for some seconds. */
export async function hear(url: string, seconds: number): Promise<Heard> {
  const args = ['-v', 'warning', '-i', url, '-t', `${seconds}`, '-f', 'f32le', '-ac', '2', '-ar', '48000', '-'];
  const ffmpeg: Running = run('ffmpeg', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const parts: Buffer[] = [];
  ffmpeg.child.stdout?.on('data', (part) => parts.push(part));
  let ended = false;
  ffmpeg.child.once('close', () => {
    ended = true;
  });
  try {
    await until('ffmpeg has heard it', () => ended || ffmpeg.output(), (seconds + 20) * 1000);
  } finally {
    await ffmpeg.stop();
  }
  return { samples: toFloats(Buffer.concat(parts)), complaints: ffmpeg.output() };
}

/** What is wrong with what was heard, when it should be one tone on each side for so long; empty when nothing is. */
export function faultsHeard({ samples, complaints }: Heard, seconds: number, tones: readonly Tone[]): string[] {
  const found = complaints === '' ? [] : [complaints];
  if (samples.length < (seconds - 0.2) * 96_000) found.push(`${samples.length / 96_000} s of sound`);
  // Neither where the decoder begins nor where it ends.
  const middle = samples.subarray(48_000, -9600);
  for (const [channel, { hz, dbfs }] of tones.entries()) {
    const level = toneDbfs(middle, channel, 2, hz);
    if (!(Math.abs(level - dbfs) < 0.5)) found.push(`${hz} Hz has ${level} dBFS`);
  }
  return found;
}
