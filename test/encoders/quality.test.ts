import test from 'ava';
import { distanceOf } from '../../bench/codecs/distance.ts';
import { encodeOurs, encodeWith } from '../../bench/codecs/encode.ts';
import { type RecordingName, recording } from '../../bench/codecs/recordings.ts';
import { decode } from '../../bench/lag/decode.ts';
import { mp3Format } from '../../src/encoders/mp3.ts';
import { opusFormat } from '../../src/encoders/opus.ts';

/*
 * Real music and real speech through our encoders and through lame and opusenc at the same settings, in one run. The libraries are the same, so
 * what is between must not cost anything. `npm run bench:codecs` says more.
 */

const PCM = { rateHz: 48000, channels: 2 };
/** So much of a recording, in samples of stereo. */
const EXCERPT = 2 * 48000 * 4;
/** Half of this was the most that was seen, in dB. */
const MORE_DB = 0.3;

const ENCODERS = [
  {
    name: 'MP3 beside lame',
    demuxer: 'mp3',
    format: mp3Format(PCM, 128),
    reference: ['lame', '--silent', '--cbr', '-b', '128', '-q', '5', '--nores', '-', '-'],
  },
  {
    name: 'Opus beside opusenc',
    demuxer: 'ogg',
    format: opusFormat(PCM, { bitrateKbps: 128, complexity: 5 }),
    reference: ['opusenc', '--quiet', '--bitrate', '128', '--comp', '5', '-', '-'],
  },
] as const;

for (const { name, demuxer, format, reference } of ENCODERS) {
  for (const material of ['break beat', 'guitar', 'speech'] satisfies RecordingName[]) {
    test(`${name}: ${material} is as near to the original`, async (t) => {
      const samples = (await recording(material)).subarray(0, EXCERPT);
      const [command, ...args] = reference;
      const ours = distanceOf(samples, await decode(demuxer, encodeOurs(format, samples).bytes));
      const theirs = distanceOf(samples, await decode(demuxer, encodeWith(command, args, samples).bytes));
      t.log(`SNR ${ours.snrDb.toFixed(2)} and ${theirs.snrDb.toFixed(2)} dB`);
      t.log(`noise to mask ${ours.nmrDb.toFixed(2)} and ${theirs.nmrDb.toFixed(2)} dB`);
      t.true(theirs.snrDb > 10, 'the two signals are aligned');
      t.true(ours.snrDb > theirs.snrDb - MORE_DB);
      t.true(ours.nmrDb < theirs.nmrDb + MORE_DB);
      t.true(Math.abs(ours.levelDb) < 0.1, `${ours.levelDb} dB`);
    });
  }
}
