import test from 'ava';
import { native } from '../../src/native.ts';

/** The addon as a careless caller sees it: any function, any argument. */
const careless = native as unknown as Record<string, (...args: unknown[]) => unknown>;
const call = (name: string, ...args: unknown[]) => careless[name]?.(...args);

const capture = {
  device: 'no such device',
  rateHz: 48000,
  channels: [1, 2],
  periodMs: 10,
  bufferMs: 200,
  stallMs: 500,
  ringMs: 1000,
  convertRate: false,
};
const mp3 = { rateHz: 48000, channels: 2, bitrateKbps: 128, quality: 5, reservoir: false };
const opus = { rateHz: 48000, channels: 2, bitrateKbps: 128, complexity: 5 };
const flac = { rateHz: 48000, channels: 2, bits: 16, blockFrames: 480, level: 5, frameNumbers: 1000 };
const page = { serial: 1, sequence: 0, granule: 0, first: true, last: false };
const out = () => new Uint8Array(9000);
const ends = () => new Uint32Array(9);
const nothing = () => {};

test('wrong types throw a TypeError', (t) => {
  for (const [name, ...args] of [
    ['captureOpen'],
    ['captureOpen', capture],
    ['captureOpen', capture, 'wake'],
    ['captureOpen', 'mixer', nothing],
    ['captureOpen', null, nothing],
    ['captureOpen', { ...capture, device: 1 }, nothing],
    ['captureOpen', { ...capture, device: '' }, nothing],
    ['captureOpen', { ...capture, device: 'a\0b' }, nothing],
    ['captureOpen', { ...capture, device: 'a'.repeat(300) }, nothing],
    ['captureOpen', { ...capture, rateHz: '48000' }, nothing],
    ['captureOpen', { ...capture, rateHz: 48000.5 }, nothing],
    ['captureOpen', { ...capture, channels: 2 }, nothing],
    ['captureOpen', { ...capture, channels: [] }, nothing],
    ['captureOpen', { ...capture, channels: [1, 2, 3] }, nothing],
    ['captureOpen', { ...capture, channels: ['1'] }, nothing],
    ['captureOpen', { ...capture, convertRate: undefined }, nothing],
    ['captureOpen', { ...capture, stallMs: undefined }, nothing],
    ['captureRead', {}, new Float32Array(960), new Float64Array(3)],
    ['captureRead', native.mp3Open(mp3), new Float32Array(960), new Float64Array(3)],
    ['captureStatus', {}],
    ['captureStatus'],
    ['captureClose', 7],
    ['probeDevice', undefined],
    ['mixerRead'],
    ['mixerRead', ''],
    ['mixerRead', 'a'.repeat(300)],
    ['mixerChange', 'card'],
    ['mixerChange', 'card', null],
    ['mixerChange', 'card', { index: 0 }],
    ['mixerChange', 'card', { name: 'Mic' }],
    ['mixerChange', 'card', { name: 'Mic', index: 0.5 }],
    ['mixerChange', 'card', { name: 'a'.repeat(100), index: 0 }],
    ['mixerChange', 'card', { name: 'Mic', index: 0, gain: '1' }],
    ['mixerChange', 'card', { name: 'Mic', index: 0, gain: 0.5 }],
    ['mixerChange', 'card', { name: 'Mic', index: 0, on: 1 }],
    ['mixerChange', 'card', { name: 'Mic', index: 0, option: 0.5 }],
    ['mp3Open', { ...mp3, reservoir: 1 }],
    ['mp3Open', { ...mp3, bitrateKbps: '128' }],
    ['mp3Encode', {}, new Float32Array(2), 1, new Uint8Array(9000)],
    ['mp3Encode', native.mp3Open(mp3), [0, 0], 1, new Uint8Array(9000)],
    ['mp3Encode', native.mp3Open(mp3), new Float32Array(2), '1', new Uint8Array(9000)],
    ['mp3Encode', native.mp3Open(mp3), new Float32Array(2), 1, new Float32Array(9000)],
    ['mp3Close', {}],
    ['opusOpen'],
    ['opusOpen', { ...opus, complexity: undefined }],
    ['opusOpen', { ...opus, bitrateKbps: '128' }],
    ['flacOpen', { ...flac, bits: 16.5 }],
    ['flacOpen', { ...flac, frameNumbers: undefined }],
    ['packetsFacts', {}],
    ['packetsFacts', native.mp3Open(mp3)],
    ['packetsEncode', native.mp3Open(mp3), new Float32Array(2), 1, out(), ends()],
    ['packetsEncode', native.opusOpen(opus), [0, 0], 1, out(), ends()],
    ['packetsEncode', native.opusOpen(opus), new Float32Array(2), '1', out(), ends()],
    ['packetsEncode', native.opusOpen(opus), new Float32Array(2), 1, ends(), ends()],
    ['packetsEncode', native.flacOpen(flac), new Float32Array(2), 1, out(), out()],
    ['packetsEncode', native.flacOpen(flac), new Float32Array(2), 1, out()],
    ['packetsClose', undefined],
    ['oggPage', page, out()],
    ['oggPage', { ...page, first: 1 }, out(), out()],
    ['oggPage', { ...page, serial: 0.5 }, out(), out()],
    ['oggPage', page, 'packet', out()],
    ['readSoundFile', 1, 48000, 2, 10],
    ['readSoundFile', '/x', '48000', 2, 10],
  ] as [string, ...unknown[]][])
    t.throws(() => call(name, ...args), { instanceOf: TypeError }, `${name}(${args.map(String)})`);
});

test('values that cannot be throw a RangeError', (t) => {
  for (const [name, ...args] of [
    ['captureOpen', { ...capture, rateHz: 0 }, nothing],
    ['captureOpen', { ...capture, rateHz: Number.NaN }, nothing],
    ['captureOpen', { ...capture, channels: [0] }, nothing],
    ['captureOpen', { ...capture, periodMs: -1 }, nothing],
    ['captureOpen', { ...capture, ringMs: Infinity }, nothing],
    ['mixerChange', 'card', { name: 'Mic', index: -1 }],
    ['mixerChange', 'card', { name: 'Mic', index: 0, gain: Number.NaN }],
    ['mixerChange', 'card', { name: 'Mic', index: 0, gain: 1e10 }],
    ['mixerChange', 'card', { name: 'Mic', index: 0, option: -1 }],
    ['mixerChange', 'card', { name: 'Mic', index: 0, option: 64 }],
    ['mp3Open', { ...mp3, channels: 3 }],
    ['mp3Open', { ...mp3, quality: 10 }],
    ['mp3Encode', native.mp3Open(mp3), new Float32Array(2), 2, new Uint8Array(9000)],
    ['mp3Encode', native.mp3Open(mp3), new Float32Array(2), -1, new Uint8Array(9000)],
    ['mp3Encode', native.mp3Open(mp3), new Float32Array(2), 0.5, new Uint8Array(9000)],
    ['opusOpen', { ...opus, channels: 3 }],
    ['opusOpen', { ...opus, complexity: 11 }],
    ['flacOpen', { ...flac, bits: 32 }],
    ['flacOpen', { ...flac, level: 9 }],
    ['flacOpen', { ...flac, blockFrames: 0 }],
    ['flacOpen', { ...flac, frameNumbers: 2 ** 31 }],
    ['packetsEncode', native.opusOpen(opus), new Float32Array(2), 2, out(), ends()],
    ['packetsEncode', native.flacOpen(flac), new Float32Array(2), -1, out(), ends()],
    ['packetsEncode', native.flacOpen(flac), new Float32Array(2), 0.5, out(), ends()],
    ['oggPage', { ...page, sequence: 2 ** 32 }, new Uint8Array(1), out()],
    ['oggPage', { ...page, granule: -1 }, new Uint8Array(1), out()],
    ['oggPage', page, new Uint8Array(100), new Uint8Array(100 + 281)],
    ['oggPage', page, new Uint8Array(65025), new Uint8Array(70000)],
    ['readSoundFile', '/x', 48000, 3, 10],
    ['readSoundFile', '/x', 48000, 2, -1],
  ] as [string, ...unknown[]][])
    t.throws(() => call(name, ...args), { instanceOf: RangeError }, `${name}(${args.map(String)})`);
});

test('what an option throws when it is read comes through', (t) => {
  const options = {
    ...capture,
    get stallMs(): number {
      throw new Error('from the getter');
    },
  };
  t.throws(() => native.captureOpen(options, nothing), { message: 'from the getter' });
});

test('buffers that are too small for a read are refused', async (t) => {
  const wake = Promise.withResolvers<void>();
  const handle = native.captureOpen(capture, () => wake.resolve());
  t.throws(() => native.captureRead(handle, new Float32Array(960), new Float64Array(2)), { instanceOf: RangeError });
  t.true(native.captureRead(handle, new Float32Array(960), new Float64Array(3)) <= 0);
  await wake.promise;
  // The device does not exist, so the first news is the end.
  t.is(native.captureRead(handle, new Float32Array(960), new Float64Array(3)), -1);
  native.captureClose(handle);
});

test('a closed handle cannot be read, but still tells its last status', (t) => {
  const handle = native.captureOpen(capture, nothing);
  native.captureClose(handle);
  native.captureClose(handle);
  t.throws(() => native.captureRead(handle, new Float32Array(960), new Float64Array(3)), { message: /closed/ });
  t.notThrows(() => native.captureStatus(handle));
  const encoder = native.mp3Open(mp3);
  native.mp3Close(encoder);
  native.mp3Close(encoder);
  t.throws(() => native.mp3Encode(encoder, new Float32Array(2), 1, new Uint8Array(9000)), { message: /closed/ });
});

test('an encoder of packets that is closed, or has failed, is of no use', (t) => {
  for (const encoder of [native.opusOpen(opus), native.flacOpen(flac)]) {
    t.throws(() => native.packetsEncode(encoder, new Float32Array(4000), 2000, out(), new Uint32Array(0)), {
      message: /did not fit/,
    });
    t.throws(() => native.packetsEncode(encoder, new Float32Array(2), 1, out(), ends()), { message: /Opus|FLAC/ });
    native.packetsClose(encoder);
    native.packetsClose(encoder);
    t.throws(() => native.packetsEncode(encoder, new Float32Array(2), 1, out(), ends()), { message: /closed/ });
    t.throws(() => native.packetsFacts(encoder), { message: /closed/ });
  }
});

test('devices are listed and probed', async (t) => {
  t.true(Array.isArray(await native.listDevices()));
  await t.throwsAsync(native.probeDevice('no such device'), { message: /^no such device: open: / });
});
