import { run } from '../../test/support/processes.ts';
import { buildProgram } from './build.ts';

/** Decoding a few seconds takes far less, ms. */
const TIMEOUT_MS = 30_000;

/** What a decoder made of a stream. */
export interface Decoded {
  /** Samples per channel that it put out. */
  samples: number;
  /** What it said that it does not say of every stream: a line each. */
  warnings: string[];
  /** The same, of what it calls an error, and its exit code if that was one. */
  errors: string[];
}

/** A real decoder. */
export interface Decoder {
  readonly name: string;
  /** Decodes what a listener received: whole frames from the first byte to the last. */
  decode(whole: Buffer, channels: number): Promise<Decoded>;
}

/** Output of a program that decodes its stdin to signed 16-bit samples on its stdout. */
interface Output {
  bytes: number;
  /** The lines that it wrote to its stderr. */
  lines: string[];
  exitCode: number | null;
}

async function decodeWith(command: string, args: string[], input: Buffer): Promise<Output> {
  const decoder = run(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const { stdin, stdout } = decoder.child;
  if (!stdin || !stdout) throw new Error(`${command} has no pipes`);
  const closed = new Promise((resolve) => decoder.child.once('close', resolve));
  const timer = setTimeout(() => void decoder.stop('SIGKILL'), TIMEOUT_MS);
  stdin.on('error', () => {}); // It ended early; what it put out, or did not, tells.
  stdin.end(input);
  let bytes = 0;
  stdout.on('data', (piece: Buffer) => {
    bytes += piece.length;
  });
  await closed;
  clearTimeout(timer);
  const lines = decoder
    .output()
    .split(/[\r\n]/)
    .filter((line) => line.trim() !== '');
  return { bytes, lines, exitCode: decoder.child.exitCode };
}

/** What each says of every stream; all else counts. */
const BANNERS = {
  mpg123: [
    /^High Performance MPEG/,
    /^\tversion /,
    /^\tfree software/,
    /^Playing MPEG/,
    /^MPEG 1\.0 L III cbr/,
    /finished\.$/,
  ],
  opusdec: [/^Decoding to /, /^Encoded with /, /^[A-Z]+=/, /^\[.\] \d\d:\d\d:\d\d/, /^Decoding complete\./],
  /** Of a WAV header that says all that such a header can: it has no end, and does not name its channels. */
  ffmpegWav: [/Ignoring maximum wav data size/, /Guessed Channel Layout/],
};
/** ffmpeg reads PCM in pieces of so many bytes and calls the last one corrupt if it is shorter. */
const FFMPEG_PCM_BYTES = 4096;
const WAV_HEADER_BYTES = 44;

function judge(
  { bytes, lines, exitCode }: Output,
  channels: number,
  known: RegExp[],
  isError: (line: string) => boolean,
): Decoded {
  const said = lines.filter((line) => !known.some((words) => words.test(line)));
  const errors = said.filter(isError);
  const warnings = said.filter((line) => !isError(line));
  if (exitCode !== 0) errors.push(`exit code ${exitCode}`);
  return { samples: bytes / (2 * channels), warnings, errors };
}

/** ffmpeg as a script would call it; it must have nothing to say. */
function ffmpeg(format: string): Decoder {
  return {
    name: 'ffmpeg',
    async decode(whole, channels) {
      // The name stands in the place of the `Content-Type` that it would see.
      const args = [
        '-nostdin',
        '-hide_banner',
        '-v',
        'level+warning',
        '-f',
        format,
        '-i',
        'pipe:0',
        '-f',
        's16le',
        'pipe:1',
      ];
      const output = await decodeWith('ffmpeg', args, whole);
      return judge(output, channels, [], (line) => /\[(error|fatal|panic)\]/.test(line));
    },
  };
}

/** The same for WAV: it is given whole pieces, and what is left over counts as decoded. */
const ffmpegWav: Decoder = {
  name: 'ffmpeg',
  async decode(whole, channels) {
    const frameBytes = whole.readUInt16LE(32);
    const rest = Math.floor((whole.length - WAV_HEADER_BYTES) / frameBytes) % Math.floor(FFMPEG_PCM_BYTES / frameBytes);
    const pieces = whole.subarray(0, whole.length - rest * frameBytes);
    const { samples, warnings, errors } = await ffmpeg('wav').decode(pieces, channels);
    const news = warnings.filter((line) => !BANNERS.ffmpegWav.some((words) => words.test(line)));
    return { samples: samples + rest, warnings: news, errors };
  },
};

/** mpg123, told not to look for the next frame when one is wrong. */
const mpg123: Decoder = {
  name: 'mpg123',
  async decode(whole, channels) {
    const output = await decodeWith('mpg123', ['-y', '-s', '-'], whole);
    return judge(output, channels, BANNERS.mpg123, (line) => /error/i.test(line));
  },
};

const opusdec: Decoder = {
  name: 'opusdec',
  async decode(whole, channels) {
    const output = await decodeWith('opusdec', ['--rate', '48000', '-', '-'], whole);
    return judge(output, channels, BANNERS.opusdec, (line) => /error|invalid|fail/i.test(line));
  },
};

/** libFLAC itself: its programs speak of what a stream without end cannot have, too. */
function libFlac(program: string): Decoder {
  return {
    name: 'libFLAC',
    async decode(whole, channels) {
      return judge(await decodeWith(program, [], whole), channels, [], () => true);
    },
  };
}

/** The decoders of every format that the box may offer, by its id. */
export type Decoders = Readonly<Record<string, readonly Decoder[]>>;

/** Makes the decoders. `remove` undoes that. */
export async function makeDecoders(): Promise<{ decoders: Decoders; remove(): void }> {
  const { program, remove } = await buildProgram(new URL('flac_count.c', import.meta.url), ['-lFLAC']);
  const decoders = {
    mp3: [ffmpeg('mp3'), mpg123],
    opus: [ffmpeg('ogg'), opusdec],
    flac: [ffmpeg('flac'), libFlac(program)],
    wav: [ffmpegWav],
  };
  return { decoders, remove };
}
