import type { StdioOptions } from 'node:child_process';
import type { Readable } from 'node:stream';
import { playInChromium } from './players-chromium.ts';
import type { PlayersStage } from './players-stage.ts';
import { type Running, run } from './processes.ts';

/** A format of the box, by the end of its address. */
export type StreamFormat = 'mp3' | 'opus' | 'flac' | 'wav';

/** What a player is asked for. */
export interface Request {
  /** Address of the box, without a slash at the end. */
  box: string;
  format: StreamFormat;
  stage: PlayersStage;
  /** Loudspeaker that it plays to. */
  sink: string;
  /** What is asked for behind the address, such as `?burst=0`. Not for Chromium. */
  query?: string;
}

/** A player at work. */
export interface Playing {
  /** Of a player that only decodes: stereo float32 at 48 kHz. */
  decoded?: Readable;
  /** Whether it has ended by itself. */
  ended(): boolean;
  /** What it said. */
  output(): string;
  stop(): Promise<void>;
}

/** A listener's program. */
export interface Player {
  name: string;
  /** The Debian package whose version counts, then those that it needs besides for HTTP, the formats and PulseAudio. */
  packages: readonly [string, ...string[]];
  /** How it is called, for the reader; `URL` stands for the address. */
  command: string;
  /** Whether it only decodes, and is heard through `Playing.decoded` instead of its sink. */
  decodes: boolean;
  play(request: Request): Promise<Playing>;
}

/** Starts a program from a line whose words hold no spaces, in which `URL` stands for the address. */
function start(line: string, { box, format, stage, sink, query = '' }: Request, stdio?: StdioOptions): Running {
  const [program = '', ...args] = line.split(' ').map((word) => word.replace('URL', `${box}/stream.${format}${query}`));
  return run(program, args, { ...stage.user, env: stage.env(sink), ...(stdio && { stdio }) });
}

const hasEnded = ({ child }: Running) =>
  child.exitCode !== null || child.signalCode !== null || child.pid === undefined;

/** A player on the command line. One whose line ends in `-` decodes to its stdout. */
function commandLine(name: string, packages: Player['packages'], command: string): Player {
  const decodes = command.endsWith(' -');
  return {
    name,
    packages,
    command,
    decodes,
    play: async (request) => {
      const player = start(command, request, decodes ? ['ignore', 'pipe', 'pipe'] : undefined);
      const { output, stop } = player;
      const decoded = decodes && player.child.stdout;
      return { ended: () => hasEnded(player), output, stop, ...(decoded && { decoded }) };
    },
  };
}

const CURL = 'curl --silent --show-error --no-buffer URL';
const DECODE = 'ffmpeg -nostdin -loglevel warning -i - -f f32le -ar 48000 -ac 2 -';

/** The bytes that curl gets, decoded from a pipe: without a clue but the bytes themselves. */
const curl: Player = {
  name: 'curl',
  packages: ['curl', 'ffmpeg'],
  command: `${CURL} | ${DECODE}`,
  decodes: true,
  play: async (request) => {
    const fetching = start(CURL, request, ['ignore', 'pipe', 'pipe']);
    const decoding = start(DECODE, request, ['pipe', 'pipe', 'pipe']);
    decoding.child.stdin?.on('error', () => {}); // It has been stopped before curl.
    if (decoding.child.stdin) fetching.child.stdout?.pipe(decoding.child.stdin);
    return {
      ...(decoding.child.stdout && { decoded: decoding.child.stdout }),
      ended: () => hasEnded(fetching) || hasEnded(decoding),
      output: () => fetching.output() + decoding.output(),
      stop: async () => {
        await fetching.stop();
        await decoding.stop();
      },
    };
  },
};

/** Every player that we promise to work with, each at full volume, with nothing set to help it along. */
export const players: readonly Player[] = [
  curl,
  commandLine('ffmpeg, decoding', ['ffmpeg'], DECODE.replace('-i -', '-i URL')),
  commandLine('ffplay', ['ffmpeg'], 'ffplay -nodisp -nostats -loglevel warning -volume 100 URL'),
  commandLine('mpv', ['mpv'], 'mpv --no-config --no-terminal --no-video --ao=pulse --volume=100 URL'),
  // Through ALSA's PulseAudio plugin: VLC's own PulseAudio output corrects its clock in the first ten seconds of an MP3, of a
  // local file as well, by changing the pitch by more than a percent.
  commandLine('VLC', ['vlc-bin', 'vlc-plugin-base', 'libasound2-plugins'], 'cvlc --aout=alsa --no-volume-save URL'),
  commandLine(
    'GStreamer playbin',
    ['gstreamer1.0-tools', 'gstreamer1.0-plugins-base', 'gstreamer1.0-plugins-good'],
    'gst-launch-1.0 playbin uri=URL volume=1.0 audio-sink=pulsesink',
  ),
  {
    name: 'Chromium, `<audio>`',
    packages: ['chromium'],
    command: 'the page of the box, a click on play; for all but MP3 with the `src` of its `<audio>` changed',
    decodes: false,
    play: playInChromium,
  },
];
