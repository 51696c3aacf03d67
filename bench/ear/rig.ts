import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Running, run, until } from '../../test/support/processes.ts';
import { PulseRig } from '../../test/support/pulse.ts';
import { earSignal, RATE_HZ, type Spacing } from './markers.ts';
import { hurry, realTime } from './real-time.ts';

const CARD = fileURLToPath(new URL('card.ts', import.meta.url));
const CHANNEL_MAP = 'front-left,front-right,rear-left,rear-right';
/** Of the recording: left and right of the mixer, then left and right of the ear. */
const CHANNELS = 4;
const FRAME_BYTES = CHANNELS * 4;

/** Takes what was recorded: for each frame number of the recording the mixer's markers, the ear's markers, and the sines of the ear and the mixer. */
export type OnRecorded = (
  mixer: Float32Array,
  ear: Float32Array,
  earSine: Float32Array,
  mixerSine: Float32Array,
) => void;

/** A stereo sink that is a part of the whole. */
const half = (name: string, map: string) =>
  `module-remap-sink sink_name=${name} master=both channels=2 master_channel_map=${map} channel_map=front-left,front-right remix=no`;

/**
 * A sound system in which the mixer and the ear are two halves of one null sink with four channels: they have one clock, whatever is played
 * into one and heard in the other is recorded by one recorder, frame beside frame, and nothing lies between a half and the
 * whole but the choice of channels. What is played into the sink `twice` is played into both halves.
 */
export class EarRig extends PulseRig {
  readonly #directory: string;
  #card: Running | undefined;
  #reader: Running | undefined;

  constructor() {
    const directory = mkdtempSync(join(tmpdir(), 'boardfeed-ear-'));
    super([
      `module-null-sink sink_name=both norewinds=1 rate=${RATE_HZ} channels=${CHANNELS} format=float32le channel_map=${CHANNEL_MAP}`,
      half('mixer', 'front-left,front-right'),
      half('ear', 'rear-left,rear-right'),
      // The front of it is played in the rear, too.
      'module-remap-sink sink_name=twice master=both channels=2 master_channel_map=front-left,front-right channel_map=front-left,front-right remix=yes',
      `module-pipe-source source_name=card file=${join(directory, 'card')} rate=${RATE_HZ} channels=2 format=float32le`,
    ]);
    this.#directory = directory;
  }

  override async start(): Promise<void> {
    await super.start();
    if (this.pid !== undefined) await hurry(this.pid);
  }

  /**
   * From now on the ALSA device `card` hears the mixer with a clock of its own, beside `mixer`, which has the ear's.
   *
   * @param ppm how many parts per million it is fast
   */
  async startCard(ppm: number): Promise<void> {
    // While nobody records, the module does not read, and what waits in the pipe then would be delay for ever.
    this.#reader = run('parec', ['-d', 'card', '--raw'], { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let read = false;
    this.#reader.child.stdout?.on('data', () => {
      read = true;
    });
    const [command, ...args] = realTime(process.execPath, CARD, `${ppm}`, join(this.#directory, 'card'));
    this.#card = run(command, args, { env: this.env });
    await until('the card delivers', () => read || this.#card?.output());
  }

  /** Throws when the card has ended. */
  checkCard(): void {
    if (this.#card && this.#card.child.exitCode !== null) throw new Error(`the card ended:\n${this.#card.output()}`);
  }

  /** Plays the sine and the markers into a sink for so long, as a stream. */
  playSignal(sink: string, spacing: Spacing, seconds: number): Running {
    const player = run(
      'pacat',
      ['--playback', '-d', sink, '--raw', '--format=float32le', '--rate=48000', '--channels=2', '--latency-msec=2000'],
      { env: this.env, stdio: ['pipe', 'ignore', 'pipe'] },
    );
    const signal = function* () {
      for (const piece of earSignal(spacing, seconds * RATE_HZ)) yield Buffer.from(piece.buffer);
    };
    const pieces = Readable.from(signal());
    player.child.stdin?.on('error', () => pieces.destroy()); // It has been stopped.
    if (player.child.stdin) pieces.pipe(player.child.stdin);
    return player;
  }

  /** Records mixer and ear; resolves when the first of it has come. */
  async recordBoth(onRecorded: OnRecorded): Promise<Running> {
    const recorder = run(
      'parec',
      [
        ...['-d', 'both.monitor', '--raw', '--format=float32le', '--rate=48000', `--channels=${CHANNELS}`],
        ...[`--channel-map=${CHANNEL_MAP}`, '--latency-msec=10'],
      ],
      { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let rest: Buffer = Buffer.alloc(0);
    let begun = false;
    recorder.child.stdout?.on('data', (piece: Buffer) => {
      begun = true;
      const bytes = Buffer.concat([rest, piece]);
      const frames = Math.floor(bytes.length / FRAME_BYTES);
      rest = bytes.subarray(frames * FRAME_BYTES);
      const side = (channel: number) =>
        Float32Array.from({ length: frames }, (_, frame) => bytes.readFloatLE(frame * FRAME_BYTES + channel * 4));
      onRecorded(side(1), side(3), side(2), side(0));
    });
    await until('the recorder records', () => begun || recorder.output());
    return recorder;
  }

  override async stop(): Promise<void> {
    await this.#card?.stop();
    await this.#reader?.stop();
    await super.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
