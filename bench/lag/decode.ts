import { run } from '../../test/support/processes.ts';

/** Decoding a minute takes far less, in ms. */
const TIMEOUT_MS = 60_000;

/**
 * What ffmpeg makes of a stream, as interleaved float32 stereo at 48 kHz. Of MP3 and FLAC that is all that the decoder puts out; of
 * Opus the pre-skip is left out.
 *
 * @param demuxer ffmpeg's name of the container
 */
export async function decode(demuxer: 'mp3' | 'flac' | 'ogg', bytes: Buffer): Promise<Float32Array> {
  const args = ['-v', 'error', '-f', demuxer, '-i', 'pipe:0', '-f', 'f32le', '-ac', '2', '-ar', '48000', 'pipe:1'];
  const decoder = run('ffmpeg', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const { stdin, stdout } = decoder.child;
  if (!stdin || !stdout) throw new Error('ffmpeg has no pipes');
  const timer = setTimeout(() => void decoder.stop('SIGKILL'), TIMEOUT_MS);
  stdin.on('error', () => {}); // It ended early; what it put out, or did not, tells.
  stdin.end(bytes);
  const pieces: Buffer[] = [];
  for await (const piece of stdout) pieces.push(piece);
  clearTimeout(timer);
  const pcm = Buffer.concat(pieces);
  if (pcm.length === 0) throw new Error(`ffmpeg decoded nothing of ${bytes.length} bytes:\n${decoder.output()}`);
  return new Float32Array(Uint8Array.from(pcm.subarray(0, pcm.length & ~7)).buffer);
}

/** Interleaved signed 16-bit samples as float32. */
export function decodePcm16(bytes: Buffer): Float32Array {
  const samples = new Float32Array(bytes.length >> 1);
  for (let index = 0; index < samples.length; index++) samples[index] = bytes.readInt16LE(2 * index) / 0x8000;
  return samples;
}
