import { spawnSync } from 'node:child_process';

/** What a decoder made of a stream. */
export interface Decoded {
  readonly bytes: Buffer;
  /** Everything that it complained of: empty when it found nothing wrong. */
  readonly complaints: string;
}

/** Longer than any test's sound, in bytes. */
const MAX_BYTES = 1e9;
const PATIENCE_MS = 60_000;

function decode(command: string, args: readonly string[], input: Buffer, harmless?: RegExp): Decoded {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    input,
    maxBuffer: MAX_BYTES,
    timeout: PATIENCE_MS,
  });
  if (error) throw error;
  const said = harmless ? stderr.toString().replace(harmless, '') : stderr.toString();
  return { bytes: stdout, complaints: said.trim() + (status === 0 ? '' : ` (${command} ended with ${status})`) };
}

/**
 * ffmpeg, from a pipe, with all its warnings.
 *
 * @param to raw samples as ffmpeg names them
 */
export function ffmpeg(input: Buffer, to: 'f32le' | 's16le' | 's24le' = 'f32le'): Decoded {
  const codec = `pcm_${to}`;
  return decode('ffmpeg', ['-nostdin', '-v', 'warning', '-i', '-', '-c:a', codec, '-f', to, '-'], input);
}

/** opusdec, which uses libopusfile, from a pipe: float32 at 48 kHz. It says what it does; that is no complaint. */
export function opusdec(input: Buffer): Decoded {
  const harmless = /^(Decoding to .*|Encoded with .*|[A-Z]+=.*|\s*|.*\[[-\\|/]\].*|Decoding complete\.\s*)$/gm;
  const decoded = decode('opusdec', ['--float', '--rate', '48000', '-', '-'], input);
  return { ...decoded, complaints: decoded.complaints.replaceAll('\r', '\n').replace(harmless, '').trim() };
}

/** flac, which uses libFLAC, from a pipe: little-endian integers. A live stream cannot have the checksum that it misses. */
export function flac(input: Buffer, container: 'flac' | 'ogg' = 'flac'): Decoded {
  const raw = ['--force-raw-format', '--endian=little', '--sign=signed'];
  const args = ['--decode', '--silent', '--stdout', ...raw, ...(container === 'ogg' ? ['--ogg'] : []), '-'];
  return decode('flac', args, input, /^.*WARNING, cannot check MD5 signature since it was unset in the STREAMINFO$/m);
}
