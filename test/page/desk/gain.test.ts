import test from 'ava';
import { type Gain, gainHelp, gainWords, stepOf } from '../../../src/page/desk/gain.ts';

const inDb: Gain = { min: 0, max: 46, values: [34, 34], minDb: -34.5, maxDb: 34.5, valuesDb: [16.4, 16.4] };

test('a gain is said in dB where the card knows, in percent elsewhere', (t) => {
  t.is(gainWords(inDb, 34), '+16.4 dB', 'as the card says it');
  t.is(gainWords(inDb, 0), '−34.5 dB');
  t.is(gainWords(inDb, 23), '0.0 dB');
  t.is(gainWords({ min: 0, max: 50, values: [10] }, 10), '20 %');
  t.is(gainWords({ min: 7, max: 7, values: [7] }, 7), '0 %');
});

test('a lowest step that mutes belongs to no straight line', (t) => {
  const mutes: Gain = { min: 0, max: 10, values: [4], minDb: -99_999.99, maxDb: 0, valuesDb: [-12] };
  t.deepEqual([gainWords(mutes, 0), gainWords(mutes, 4), gainWords(mutes, 5)], ['−∞ dB', '−12.0 dB', '50 %']);
});

test('channels that differ are told, and the slider stands at the louder', (t) => {
  t.is(gainHelp(inDb), '−34.5 dB to +34.5 dB');
  const differs: Gain = { min: 0, max: 100, values: [55, 60] };
  t.is(stepOf(differs), 60);
  t.regex(gainHelp(differs), /^0 % to 100 %\. Its channels differ \(55 % \/ 60 %\)/);
});
