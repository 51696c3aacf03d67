import test from 'ava';
import fc from 'fast-check';
import { wavFormat, wavHeader } from '../../src/encoders/wav.ts';

const STEREO = { rateHz: 48000, channels: 2 };

test('the header says what follows, and that it never ends', (t) => {
  const header = wavHeader({ rateHz: 96000, channels: 1 }, 24);
  t.is(header.length, 44);
  t.is(header.toString('latin1', 0, 4), 'RIFF');
  t.is(header.toString('latin1', 8, 16), 'WAVEfmt ');
  t.is(header.readUInt32LE(4), 0xffffffff);
  t.is(header.readUInt16LE(20), 1);
  t.is(header.readUInt16LE(22), 1);
  t.is(header.readUInt32LE(24), 96000);
  t.is(header.readUInt32LE(28), 96000 * 3);
  t.is(header.readUInt16LE(32), 3);
  t.is(header.readUInt16LE(34), 24);
  t.is(header.readUInt32LE(40), 0xffffffff);
});

for (const bits of [16, 24] as const) {
  const full = 2 ** (bits - 1);

  test(`${bits} bits: every integer sample comes out bit-exact`, (t) => {
    const encoder = wavFormat(STEREO, bits).createEncoder();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -full, max: full - 1 }), { minLength: 2 }), (values) => {
        const [chunk = Buffer.alloc(0)] = encoder.encode(Float32Array.from(values, (value) => value / full));
        return values.every((value, index) => chunk.readIntLE((index * bits) / 8, bits / 8) === value);
      }),
    );
    t.pass();
  });

  test(`${bits} bits: what is too loud is clipped, and what is no number is silence`, (t) => {
    const [chunk] = wavFormat(STEREO, bits)
      .createEncoder()
      .encode(Float32Array.of(1, 1.5, -1.5, -1, Number.NaN, Number.POSITIVE_INFINITY));
    const values = Array.from({ length: 6 }, (_, index) => chunk?.readIntLE((index * bits) / 8, bits / 8));
    t.deepEqual(values, [full - 1, full - 1, -full, -full, 0, full - 1]);
  });
}
