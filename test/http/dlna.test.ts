import test from 'ava';
import { mp3Format } from '../../src/encoders/mp3.ts';
import { wavFormat } from '../../src/encoders/wav.ts';
import { dlnaHeaders } from '../../src/http/dlna.ts';
import { exchange, get, headOf, serve } from './serving.ts';

const PCM = { rateHz: 48000, channels: 2 };
const FEATURES = 'DLNA.ORG_OP=00;DLNA.ORG_CI=0;DLNA.ORG_FLAGS=8D100000000000000000000000000000';

for (const [what, asked, format, expected] of [
  ['nothing', {}, mp3Format(PCM, 128), {}],
  [
    'the features of MP3',
    { 'getcontentfeatures.dlna.org': '1' },
    mp3Format(PCM, 128),
    { 'contentFeatures.dlna.org': `DLNA.ORG_PN=MP3;${FEATURES}`, 'transferMode.dlna.org': 'Streaming' },
  ],
  [
    'the features of WAV',
    { 'getcontentfeatures.dlna.org': '1' },
    wavFormat(PCM, 16),
    { 'contentFeatures.dlna.org': FEATURES, 'transferMode.dlna.org': 'Streaming' },
  ],
  ['features with a wrong value', { 'getcontentfeatures.dlna.org': '0' }, mp3Format(PCM, 128), {}],
  [
    'streaming',
    { 'transfermode.dlna.org': 'Streaming' },
    mp3Format(PCM, 128),
    { 'transferMode.dlna.org': 'Streaming' },
  ],
  [
    'something else, or worse',
    { 'transfermode.dlna.org': 'Background\u00e9"' },
    mp3Format(PCM, 128),
    { 'transferMode.dlna.org': 'Streaming' },
  ],
] as const) {
  test(`asked for ${what}`, (t) => t.deepEqual(dlnaHeaders(asked, format), expected));
}

test('HEAD and GET of a stream answer it alike', async (t) => {
  const { port } = await serve(t);
  const asked = 'getContentFeatures.DLNA.ORG: 1\r\nTransferMode.DLNA.org: Streaming\r\nConnection: close\r\n';
  for (const request of [get('/stream.wav', asked), get('/stream.wav', asked).replace('GET', 'HEAD')]) {
    const head = headOf(await exchange(port, request));
    t.regex(head, /^HTTP\/1\.1 200 /);
    t.regex(head, new RegExp(`\r\ncontentFeatures\\.dlna\\.org: ${FEATURES}\r\n`, 'i'));
    t.regex(head, /\r\ntransferMode\.dlna\.org: Streaming\r\n/i);
  }
});
