import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CaptureHandle, type CaptureStatus, native } from '../../src/native.ts';

/*
 * The capture on a real PulseAudio with a null sink `mixer`: before it is there, while it plays, after it was killed, and on
 * another one. Expects an environment in which PulseAudio lives alone (see pulse.test.ts); prints what it saw.
 */
export interface PulseReport {
  /** Without a server. */
  absent: CaptureStatus;
  /** Frames of the played counter that arrived one after the other, on both channels, before one did not. */
  inOrder: number;
  /** After the server was killed. */
  killed: CaptureStatus;
  /** With the next server. */
  again: CaptureStatus;
}

/** Frames that shall arrive in order. */
const WANTED = 24_000;
/** Frames after which it is given up that they do. */
const ENOUGH = 20 * 48_000;
const options = {
  device: 'mixer',
  rateHz: 48000,
  channels: [1, 2],
  periodMs: 10,
  bufferMs: 200,
  stallMs: 2000,
  ringMs: 1000,
  convertRate: false,
};

async function startPulse(): Promise<ChildProcess> {
  const sink = 'module-null-sink sink_name=mixer rate=48000 channels=2 format=s16le';
  const args = ['-n', '--daemonize=no', '--exit-idle-time=30', '--disable-shm=yes', '-L', sink];
  const pulse = spawn('pulseaudio', [...args, '-L', 'module-native-protocol-unix'], { stdio: 'ignore' });
  for (let tries = 0; tries < 200; tries++) {
    const there = await native.probeDevice('mixer').catch(() => undefined);
    if (there) break;
    await sleep(50);
  }
  return pulse;
}

/** Plays frame n as (16 n, 16 n + 1), from 1 on, for half a minute. */
function play(): ChildProcess {
  const player = spawn('pacat', ['--device=mixer', '--format=s16le', '--rate=48000', '--channels=2', '--raw']);
  const samples = new Int16Array(2 * 30 * 48_000).map((_, i) => 16 * ((i >> 1) + 1) + (i & 1));
  player.stdin.on('error', () => {}); // it is killed while it plays
  player.stdin.end(Buffer.from(samples.buffer));
  return player;
}

const samples = new Float32Array(96_000);
const facts = new Float64Array(3);

/** Calls `take` with each block until it or the end of the capture says that it is enough. */
function capture(take: (frames: number) => boolean): Promise<CaptureHandle> {
  return new Promise((resolve) => {
    const handle = native.captureOpen(options, () => {
      for (;;) {
        const frames = native.captureRead(handle, samples, facts);
        if (frames <= 0) break;
        if (take(frames)) return resolve(handle);
      }
      if (native.captureStatus(handle).state === 'ended') resolve(handle);
    });
  });
}

function closed(handle: CaptureHandle): CaptureStatus {
  const status = native.captureStatus(handle);
  native.captureClose(handle);
  return status;
}

const absent = closed(await capture(() => true));

const pulse = await startPulse();
const player = play();
let inOrder = 0;
let seen = 0;
let last = 0;
let killedPulse = false;
const killed = closed(
  await capture((frames) => {
    for (let i = 0; i < frames && inOrder < WANTED; i++) {
      const left = (samples[2 * i] ?? 0) * 32768;
      const right = (samples[2 * i + 1] ?? 0) * 32768;
      const follows = left === ((last + 16) << 16) >> 16 && right === left + 1;
      inOrder = follows ? inOrder + 1 : 0;
      last = left;
    }
    seen += frames;
    if ((inOrder >= WANTED || seen >= ENOUGH) && !killedPulse) killedPulse = pulse.kill('SIGKILL');
    return false;
  }),
);
player.kill();
if (pulse.exitCode === null && pulse.signalCode === null) await once(pulse, 'exit');

const next = await startPulse();
const again = closed(await capture(() => true));
next.kill();
await once(next, 'exit');

const report: PulseReport = { absent, inOrder, killed, again };
process.stdout.write(JSON.stringify(report));
