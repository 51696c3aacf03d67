import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Running, run, until } from './processes.ts';

const nullSink = (name: string) => `module-null-sink sink_name=${name} rate=48000 channels=2 format=float32le`;

/**
 * A sound system without a sound card: a PulseAudio of its own with null sinks, which alsa-lib reaches through its pulse plugin.
 * The sink `mixer` stands for the mixing desk: what is played into it, the box captures from the ALSA device `mixer`. The
 * ALSA control device of the same name sets the gain of what is captured. The sink `ear` stands for the loudspeaker of a player;
 * what is played there can be captured from the ALSA device `ear_monitor`. A rig may have a source `card`, too, which is the ALSA
 * device `card`.
 */
export class PulseRig {
  /** Modules of PulseAudio, with their arguments, that make the sinks. */
  readonly #modules: readonly string[];
  readonly #directory = mkdtempSync(join(tmpdir(), 'boardfeed-pulse-'));
  /** Environment in which PulseAudio's and alsa-lib's clients find this rig and no other. */
  readonly env: NodeJS.ProcessEnv;
  #daemon: Running | undefined;

  /** @param modules what makes the sinks `mixer` and `ear`, when they are not to be null sinks of their own */
  constructor(modules: readonly string[] = ['mixer', 'ear'].map(nullSink)) {
    this.#modules = modules;
    const directory = this.#directory;
    const socket = join(directory, 'native');
    mkdirSync(join(directory, 'home'), { mode: 0o700 });
    writeFileSync(join(directory, 'client.conf'), 'autospawn = no\nenable-shm = no\n');
    writeFileSync(
      join(directory, 'asound.conf'),
      `</usr/share/alsa/alsa.conf>
pcm.mixer { type pulse server "unix:${socket}" device mixer.monitor }
ctl.mixer { type pulse server "unix:${socket}" source mixer.monitor }
pcm.ear_monitor { type pulse server "unix:${socket}" device ear.monitor }
pcm.card { type pulse server "unix:${socket}" device card }
pcm.ear { type pulse server "unix:${socket}" device ear }
pcm.!default { type pulse server "unix:${socket}" device ear }
ctl.!default { type pulse server "unix:${socket}" }
`,
    );
    this.env = {
      ...process.env,
      HOME: join(directory, 'home'),
      XDG_RUNTIME_DIR: directory,
      PULSE_RUNTIME_PATH: directory,
      PULSE_SERVER: `unix:${socket}`,
      PULSE_CLIENTCONFIG: join(directory, 'client.conf'),
      PULSE_SINK: 'ear',
      ALSA_CONFIG_PATH: join(directory, 'asound.conf'),
    };
  }

  /** Process id of PulseAudio, while it runs. */
  get pid(): number | undefined {
    return this.#daemon?.child.pid;
  }

  /** Starts the sound system; resolves when both sinks are there. */
  async start(): Promise<void> {
    this.#daemon = run(
      'pulseaudio',
      [
        ...['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '--disable-shm', '--high-priority=no'],
        ...[
          '-L',
          `module-native-protocol-unix socket=${this.env.PULSE_SERVER?.slice('unix:'.length)} auth-anonymous=1`,
        ],
        ...this.#modules.flatMap((module) => ['-L', module]),
      ],
      { env: this.env },
    );
    await until('PulseAudio has its sinks', async () => {
      const list = run('pactl', ['list', 'short', 'sinks'], { env: this.env });
      await new Promise((resolve) => list.child.once('close', resolve));
      return (
        (list.output().includes('mixer') && list.output().includes('ear')) ||
        `${list.output()}${this.#daemon?.output()}`
      );
    });
  }

  /** Pulls the plug: the sound system is gone at once, as it is when it crashes. */
  async kill(): Promise<void> {
    await this.#daemon?.stop('SIGKILL');
  }

  /** What PulseAudio itself says of the gain at which the mixer is captured: volume of each channel (65,536 is all), and mute. */
  async captureGain(): Promise<{ volumes: number[]; mute: boolean }> {
    const list = run('pactl', ['--format=json', 'list', 'sources'], { env: this.env });
    await new Promise((resolve) => list.child.once('close', resolve));
    const sources: { name: string; mute: boolean; volume: Record<string, { value: number }> }[] = JSON.parse(
      list.output(),
    );
    const source = sources.find(({ name }) => name === 'mixer.monitor');
    if (!source) throw new Error('there is no mixer');
    return { volumes: Object.values(source.volume).map(({ value }) => value), mute: source.mute };
  }

  /** Plays interleaved stereo float32 at 48 kHz into a sink, once; without any, what is written to its stdin. */
  play(sink: string, samples?: Float32Array): Running {
    const player = run(
      'pacat',
      ['--playback', '-d', sink, '--raw', '--format=float32le', '--rate=48000', '--channels=2', '--latency-msec=500'],
      { env: this.env, stdio: ['pipe', 'ignore', 'pipe'] },
    );
    player.child.stdin?.on('error', () => {}); // It may be stopped before it has read everything.
    if (samples) player.child.stdin?.end(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
    return player;
  }

  /** Plays the same samples into a sink, over and over without a seam. */
  playForever(sink: string, samples: Float32Array): Running {
    const player = this.play(sink);
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    const again = function* () {
      for (;;) yield bytes;
    };
    const { stdin } = player.child;
    if (stdin) Readable.from(again()).pipe(stdin);
    return player;
  }

  /** Records what a sink plays: stereo float32 at 48 kHz on the process's stdout, in pieces of 10 ms. */
  record(sink: string): Running {
    return run(
      'parec',
      ['-d', `${sink}.monitor`, '--raw', '--format=float32le', '--rate=48000', '--channels=2', '--latency-msec=10'],
      { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] },
    );
  }

  /** Ends everything and leaves no trace. */
  async stop(): Promise<void> {
    await this.#daemon?.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
