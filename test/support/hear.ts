import { type Running, run, until } from './processes.ts';
import { type Tone, toFloats, toneDbfs } from './tones.ts';

/** Stereo float32 at 48 kHz. */
const BYTES_PER_S = 48_000 * 2 * 4;

/** What a player has heard. */
export interface Heard {
  /** Interleaved stereo at 48 kHz. */
  readonly samples: Float32Array;
  /** What it complained of; empty when nothing. */
  readonly complaints: string;
}

/**
 * Listens to a stream with ffmpeg until so many seconds were heard. It is not told how long: in Ogg it would count from the start
 * of the stream, not from where it has joined.
 */
export async function hear(url: string, seconds: number): Promise<Heard> {
  return heardBy(`hear ${url}`, ffmpeg(['-i', url], 'ignore'), { seconds, timeoutMs: (seconds + 20) * 1000 });
}

/** Decodes with ffmpeg what a listener has got. */
export async function decode(bytes: Buffer): Promise<Heard> {
  const decoder = ffmpeg(['-i', 'pipe:'], 'pipe');
  decoder.child.stdin?.end(bytes);
  return heardBy('decode', decoder, { seconds: Number.POSITIVE_INFINITY, timeoutMs: 20_000 });
}

function ffmpeg(from: string[], stdin: 'ignore' | 'pipe'): Running {
  const args = ['-v', 'warning', ...from, '-f', 'f32le', '-ac', '2', '-ar', '48000', '-'];
  return run('ffmpeg', args, { stdio: [stdin, 'pipe', 'pipe'] });
}

async function heardBy(
  what: string,
  decoder: Running,
  { seconds, timeoutMs }: { seconds: number; timeoutMs: number },
): Promise<Heard> {
  const parts: Buffer[] = [];
  let bytes = 0;
  decoder.child.stdout?.on('data', (part) => {
    parts.push(part);
    bytes += part.length;
  });
  let ended = false;
  decoder.child.once('close', () => {
    ended = true;
  });
  try {
    await until(what, () => ended || bytes >= seconds * BYTES_PER_S || decoder.output(), timeoutMs);
  } finally {
    await decoder.stop('SIGKILL');
  }
  return { samples: toFloats(Buffer.concat(parts)), complaints: decoder.output() };
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
