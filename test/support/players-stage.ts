import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Hearing, Sides } from './players-heard.ts';
import { type Running, run, until } from './processes.ts';
import type { PulseRig } from './pulse.ts';
import { sines } from './tones.ts';

/** For players that play through ALSA: to the same server and sink as the others. */
const ASOUND_CONF = `</usr/share/alsa/alsa.conf>
pcm.!default { type pulse }
ctl.!default { type pulse }
`;

/** On Debian, `nobody` and `nogroup`. */
const NOBODY = { uid: 65534, gid: 65534 };

/**
 * Where players play: a home of their own, a way to the sound system, and a loudspeaker for each. When the tests run as root, the
 * players do not (VLC refuses to): they run as `nobody`, who owns that home and cannot enter the rig's.
 */
export class PlayersStage {
  readonly #rig: PulseRig;
  readonly #home = mkdtempSync(join(tmpdir(), 'boardfeed-players-'));
  /** Options for the processes of players: who runs them. Empty when that is whoever runs the tests. */
  readonly user: { uid?: number; gid?: number };
  #mixer: Running | undefined;

  constructor(rig: PulseRig) {
    this.#rig = rig;
    this.user = process.getuid?.() === 0 ? NOBODY : {};
    writeFileSync(this.#asoundConf, ASOUND_CONF);
    if (this.user === NOBODY) chownSync(this.#home, NOBODY.uid, NOBODY.gid);
  }

  /** Opens the way to the sound system and gives it the loudspeakers. */
  async open(sinks: readonly string[]): Promise<void> {
    await this.#load('module-native-protocol-unix', `socket=${this.#socket}`, 'auth-anonymous=1');
    for (const sink of sinks) {
      await this.#load('module-null-sink', `sink_name=${sink}`, 'rate=48000', 'channels=2', 'format=float32le');
    }
  }

  /** Environment of a player whose default output is the given sink. */
  env(sink: string): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HOME: this.#home,
      XDG_RUNTIME_DIR: this.#home,
      PULSE_RUNTIME_PATH: this.#home,
      PULSE_SERVER: `unix:${this.#socket}`,
      PULSE_SINK: sink,
      ALSA_CONFIG_PATH: this.#asoundConf,
    };
  }

  /** Plays the tones into the mixer for as long as the stage is there. They must fit into a second a whole number of times. */
  playTones(tones: Sides): void {
    const samples = sines(tones, 1);
    const second = Buffer.from(samples.buffer);
    const forever = Readable.from(
      (function* () {
        for (;;) yield second;
      })(),
    );
    this.#mixer = run(
      'pacat',
      [
        ...['--playback', '-d', 'mixer', '--raw', '--format=float32le', '--rate=48000', '--channels=2'],
        '--latency-msec=500',
      ],
      { env: this.#rig.env, stdio: ['pipe', 'ignore', 'pipe'] },
    );
    this.#mixer.child.stdin?.on('error', () => forever.destroy()); // It has been stopped.
    if (this.#mixer.child.stdin) forever.pipe(this.#mixer.child.stdin);
  }

  /** Lets somebody hear what a sink plays, from now on; resolves when the first of it has come. */
  async listen(sink: string, hearing: Hearing): Promise<Running> {
    const recorder = this.#rig.record(sink);
    let heard = false;
    recorder.child.stdout?.on('data', (bytes: Buffer) => {
      heard = true;
      hearing.push(bytes);
    });
    await until(`${sink} can be heard`, () => heard || recorder.output());
    return recorder;
  }

  /** Leaves no trace of the players. What was loaded ends with the rig. */
  async close(): Promise<void> {
    await this.#mixer?.stop();
    rmSync(this.#home, { recursive: true, force: true });
  }

  get #socket(): string {
    return join(this.#home, 'pulse.socket');
  }

  get #asoundConf(): string {
    return join(this.#home, 'asound.conf');
  }

  async #load(...module: string[]): Promise<void> {
    const loading = run('pactl', ['load-module', ...module], { env: this.#rig.env });
    await once(loading.child, 'close');
    if (loading.child.exitCode !== 0) throw new Error(`pactl load-module ${module.join(' ')}: ${loading.output()}`);
  }
}
