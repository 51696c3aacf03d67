import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { startBox } from '../support/box.ts';
import { type Running, run } from '../support/processes.ts';
import { PulseRig } from '../support/pulse.ts';
import { sines, toFloats, toneDbfs } from '../support/tones.ts';

/** How long is listened, in seconds. */
const LISTEN_S = 60;
const LEFT = { hz: 997, dbfs: -12 };
const RIGHT = { hz: 1499, dbfs: -20 };
/** Length of the pieces that are judged one by one: a gap of a few ms in one of them costs more than the tolerance. */
const PIECE_S = 0.1;
/** The mixer itself is software, and drops out when the machine is held up: then there was nothing to hear, and it is done again. */
const TRIES = 3;

/** Collects what a process writes to its stdout, as float32. */
function collect({ child }: Running): () => Float32Array {
  const parts: Buffer[] = [];
  child.stdout?.on('data', (part) => parts.push(part));
  return () => toFloats(Buffer.concat(parts));
}

/** Decodes `LISTEN_S` of a stream with ffmpeg, as a listener would, to interleaved stereo at 48 kHz. */
async function decode(url: string): Promise<Float32Array> {
  const args = ['-v', 'warning', '-i', url, '-t', `${LISTEN_S}`, '-f', 'f32le', '-ac', '2', '-ar', '48000', '-'];
  const ffmpeg = run('ffmpeg', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const heard = collect(ffmpeg);
  await new Promise((resolve) => ffmpeg.child.once('close', resolve));
  return heard();
}

/** What is wrong in stereo samples that should be both tones on their sides all the time; empty when nothing is. */
function faults(samples: Float32Array): string[] {
  const found: string[] = [];
  const length = PIECE_S * 48000 * 2;
  // The first piece may hold the start of an encoder.
  for (let at = length; at + length <= samples.length; at += length) {
    const piece = samples.subarray(at, at + length);
    for (const [channel, { hz, dbfs }] of [LEFT, RIGHT].entries()) {
      const level = toneDbfs(piece, channel, 2, hz);
      const other = toneDbfs(piece, 1 - channel, 2, hz);
      if (Math.abs(level - dbfs) > 0.5) found.push(`at ${at / 96000} s: ${hz} Hz has ${level} dBFS, not ${dbfs}`);
      if (other > dbfs - 30) found.push(`at ${at / 96000} s: ${hz} Hz is on the other side with ${other} dBFS`);
    }
  }
  return found;
}

test('the mixer is heard: both tones on their sides at their levels, without a gap', async (t) => {
  t.timeout((LISTEN_S + 60) * TRIES * 1000);
  const rig = new PulseRig();
  t.teardown(() => rig.stop());
  await rig.start();
  const tone = rig.play('mixer', sines([LEFT, RIGHT], (LISTEN_S + 10) * TRIES + 30));
  t.teardown(() => tone.stop());
  const box = await startBox('[input]\nsource = "alsa"\ndevice = "mixer"', rig.env);
  t.teardown(() => box.stop());
  await sleep(1000);
  for (let left = TRIES; left > 0; left--) {
    const recorder = rig.record('mixer');
    const recorded = collect(recorder);
    // Nothing from before the recording.
    const streams = ['/stream.mp3?burst=0', '/stream.wav?burst=0'];
    const heard = await Promise.all(streams.map((path) => decode(box.url + path)));
    await recorder.stop();
    const [dropOut] = faults(recorded());
    if (dropOut !== undefined && left > 1) {
      t.log(`the mixer itself dropped out ${dropOut}; listening again`);
      continue;
    }
    const { programme, source, listeners } = await box.status();
    t.is(programme.state, 'live');
    t.is(programme.level, 'signal');
    t.is(source.granted?.rateHz, 48000);
    t.deepEqual(source.lostFrames, { card: 0, ring: 0 });
    t.is(listeners.removed.stalled, undefined);
    for (const [index, samples] of heard.entries()) {
      t.true(samples.length >= (LISTEN_S - 0.2) * 96000, `${streams[index]}: ${samples.length / 96000} s`);
      t.deepEqual(faults(samples), [], streams[index]);
    }
    return;
  }
});
