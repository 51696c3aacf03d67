import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { startBox } from '../support/box.ts';
import { run } from '../support/processes.ts';
import { PulseRig } from '../support/pulse.ts';
import { sines, toFloats, toneDbfs } from '../support/tones.ts';

/** How long is listened, in seconds. */
const LISTEN_S = 60;
const LEFT = { hz: 997, dbfs: -12 };
const RIGHT = { hz: 1499, dbfs: -20 };
/** Length of the pieces that are judged one by one: a gap of a few ms in one of them costs more than the tolerance. */
const PIECE_S = 0.1;

/** Decodes `LISTEN_S` of a stream with ffmpeg, as a listener would, to interleaved stereo at 48 kHz. */
async function decode(url: string): Promise<Float32Array> {
  const ffmpeg = run(
    'ffmpeg',
    ['-v', 'warning', '-i', url, '-t', `${LISTEN_S}`, '-f', 'f32le', '-ac', '2', '-ar', '48000', '-'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const parts: Buffer[] = [];
  ffmpeg.child.stdout?.on('data', (part) => parts.push(part));
  await new Promise((resolve) => ffmpeg.child.once('close', resolve));
  return toFloats(Buffer.concat(parts));
}

test('the mixer is heard: both tones on their sides at their levels, without a gap', async (t) => {
  t.timeout((LISTEN_S + 60) * 1000);
  const rig = new PulseRig();
  t.teardown(() => rig.stop());
  await rig.start();
  const tone = rig.play('mixer', sines([LEFT, RIGHT], LISTEN_S + 30));
  t.teardown(() => tone.stop());
  const box = await startBox('[input]\nsource = "alsa"\ndevice = "mixer"', rig.env);
  t.teardown(() => box.stop());
  await sleep(1000);
  const streams = ['/stream.mp3', '/stream.wav'];
  const heard = await Promise.all(streams.map((path) => decode(box.url + path)));
  const { programme, source, listeners } = await box.status();
  t.is(programme.state, 'live');
  t.is(programme.level, 'signal');
  t.is(source.granted?.rateHz, 48000);
  t.deepEqual(source.lostFrames, { card: 0, ring: 0 });
  t.is(listeners.removed.stalled, undefined);
  for (const [index, samples] of heard.entries()) {
    const path = streams[index];
    const pieceLength = PIECE_S * 48000 * 2;
    t.true(samples.length >= (LISTEN_S - 0.2) * 96000, `${path}: ${samples.length / 96000} s`);
    // The first piece may hold the start of the encoder.
    for (let at = pieceLength; at + pieceLength <= samples.length; at += pieceLength) {
      const piece = samples.subarray(at, at + pieceLength);
      for (const [channel, { hz, dbfs }] of [LEFT, RIGHT].entries()) {
        const level = toneDbfs(piece, channel, 2, hz);
        const other = toneDbfs(piece, 1 - channel, 2, hz);
        if (Math.abs(level - dbfs) > 0.5) t.fail(`${path} at ${at / 96000} s: ${hz} Hz has ${level} dBFS, not ${dbfs}`);
        if (other > dbfs - 30) t.fail(`${path} at ${at / 96000} s: ${hz} Hz is on the other side with ${other} dBFS`);
      }
    }
  }
  t.pass();
});
