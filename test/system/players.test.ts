import { writeFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { type Box, startBox } from '../support/box.ts';
import { type Player, players, type StreamFormat } from '../support/players.ts';
import { Hearing, OPUS_REST_DB, type Sides } from '../support/players-heard.ts';
import { PlayersStage } from '../support/players-stage.ts';
import { inWords, MIN_CLEAN_S, playersPage, type Seen, seen } from '../support/players-table.ts';
import { until } from '../support/processes.ts';
import { PulseRig } from '../support/pulse.ts';

/*
 * Real players play the real box and are heard. With BOARDFEED_WRITE_PLAYERS=1, docs/players.md is written from what was heard.
 */

const TONES: Sides = [
  { hz: 997, dbfs: -12 },
  { hz: 1499, dbfs: -20 },
];
const FORMATS: readonly StreamFormat[] = ['mp3', 'opus', 'flac', 'wav'];
/** How long a player has, from its start, to have played long enough without fault. */
const PATIENCE_MS = 60_000;

const rig = new PulseRig();
const stage = new PlayersStage(rig);
const results: Seen[] = [];
let box: Box | undefined;

const sinkOf = (format: StreamFormat) => `ear-${format}`;

test.before(async () => {
  await rig.start();
  await stage.open(FORMATS.map(sinkOf));
  stage.playTones(TONES);
  const started = await startBox('[input]\nsource = "alsa"\ndevice = "mixer"\n', rig.env);
  box = started;
  await until('the box hears the mixer', async () => {
    const { state, level } = (await started.status()).programme;
    return (state === 'live' && level === 'signal') || `${state}, ${level}`;
  });
});

test.after.always(async () => {
  await box?.stop();
  await stage.close();
  await rig.stop();
});

test.after('what was heard is written down, if asked for', (t) => {
  if (process.env.BOARDFEED_WRITE_PLAYERS !== '1') return;
  const file = new URL('../../docs/players.md', import.meta.url);
  writeFileSync(file, playersPage(players, FORMATS, results));
  t.log(`${file.pathname} is written`);
});

for (const player of players) {
  // One player at a time, with all formats at once into a sink each: more would not fit a machine with two processors.
  test.serial(`${player.name} plays every format`, async (t) => {
    t.timeout(PATIENCE_MS * 2);
    const outcomes = await Promise.allSettled(FORMATS.map((format) => hear(t, player, format)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') t.fail(String(outcome.reason));
    t.pass();
  });
}

async function hear(t: ExecutionContext, player: Player, format: StreamFormat): Promise<void> {
  if (!box) throw new Error('there is no box');
  const hearing = new Hearing(TONES, format === 'opus' ? OPUS_REST_DB : undefined);
  const sink = sinkOf(format);
  const listening = player.decodes ? undefined : await stage.listen(sink, hearing);
  t.teardown(() => listening?.stop());
  const playing = await player.play({ box: box.url, format, stage, sink });
  t.teardown(() => playing.stop());
  const startS = listening && hearing.seconds;
  playing.decoded?.on('data', (bytes: Buffer) => hearing.push(bytes));
  const what = `${player.name} plays ${format} for ${MIN_CLEAN_S} s without fault`;
  await until(
    what,
    () => {
      if (playing.ended()) throw new Error(`${what}: it ended. ${hearing.describe()}\n${playing.output()}`);
      return hearing.wasClean(MIN_CLEAN_S) || hearing.describe();
    },
    PATIENCE_MS,
  );
  const result = seen(player, format, hearing, startS);
  results.push(result);
  t.log(`${format}: ${inWords(result)}`);
}
