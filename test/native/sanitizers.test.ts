import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { compile, coreDir, type Ended, runToEnd, scriptedCards } from './_cards.ts';

const cards = scriptedCards();
const core = [
  'alsa_words',
  'block_ring',
  'capture',
  'capture_loop',
  'failure',
  'fan_out',
  'flac',
  'mixer',
  'mp3',
  'ogg_page',
  'opus',
  'pcm_device',
  'pcm_open',
  'pcm_params',
  'realtime',
  'sample_convert',
  'service_manager',
  'sound_file',
].map((name) => join(coreDir, `${name}.c`));
const libraries = [
  '-lasound',
  '-lmp3lame',
  '-lsndfile',
  '-lsamplerate',
  '-lopus',
  '-lFLAC',
  '-logg',
  '-lm',
  '-pthread',
];

/** ThreadSanitizer of older compilers cannot place its memory where the kernel shuffles addresses widely. */
async function runSanitized(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const ended = await runToEnd(program, args, env);
  if (!ended.stderr.includes('unexpected memory mapping')) return ended;
  return runToEnd('setarch', ['-R', program, ...args], env);
}

const PROGRAMS = [
  'test_sample_convert',
  'test_block_ring',
  'test_codecs',
  'test_capture',
  'test_mixer',
  'test_fan_out',
  'test_service_manager',
];

for (const sanitizers of ['address,undefined', 'thread'])
  for (const name of PROGRAMS)
    test(`${name} under the ${sanitizers} sanitizer`, async (t) => {
      const flags = ['-std=c11', '-O1', `-fsanitize=${sanitizers}`, '-fno-sanitize-recover=all'];
      const sources = [`${name}.c`, ...core];
      const program = await compile(`${name}-${sanitizers.replace(',', '-')}`, sources, [...flags, ...libraries]);
      const folder = await mkdtemp(join(tmpdir(), 'boardfeed-core-'));
      t.teardown(() => rm(folder, { recursive: true }));
      const { code, signal, stderr } = await runSanitized(program, [folder], await cards);
      t.is(stderr, '');
      t.is(signal, null);
      t.is(code, 0);
    });
