import { setTimeout as sleep } from 'node:timers/promises';
import { startBox } from '../test/support/box.ts';
import { type Player, type Playing, players, type StreamFormat } from '../test/support/players.ts';
import { Hearing, type Sides } from '../test/support/players-heard.ts';
import { PlayersStage } from '../test/support/players-stage.ts';
import { until } from '../test/support/processes.ts';
import { PulseRig } from '../test/support/pulse.ts';
import { describeMachine } from './machine.ts';
import { numberOptions } from './options.ts';
import { median } from './statistics.ts';
import { type Cell, table } from './table.ts';

/*
 * How long a player takes from its start to its first sound, with the burst that it gets when it does not ask, and with
 * `?burst=0`, in turn. Sound is looked for in windows of 0.1 s that overlap by half.
 */

const TONES: Sides = [
  { hz: 997, dbfs: -12 },
  { hz: 1499, dbfs: -20 },
];
const FORMATS: readonly StreamFormat[] = ['mp3', 'opus', 'flac', 'wav'];
const NAMES = ['ffplay', 'mpv', 'VLC', 'GStreamer playbin'];
const SINK = 'ear-burst';
/** How long nobody is heard before a player is started, ms. */
const QUIET_MS = 500;
/** How long a player has to its first sound, ms. */
const PATIENCE_MS = 30_000;

const { rounds } = numberOptions({ rounds: 3 });
console.log(`${describeMachine()}\nMedians of ${rounds} starts, s from the start of the player to its first sound.`);

const rig = new PulseRig();
const stage = new PlayersStage(rig);
try {
  await rig.start();
  await stage.open([SINK]);
  stage.playTones(TONES);
  // Encoders run on, so that who comes first is as well off as the others.
  const box = await startBox('[input]\nsource = "alsa"\ndevice = "mixer"\n[listeners]\nlinger_s = 3600\n', rig.env);
  try {
    await until('the box hears the mixer', async () => (await box.status()).programme.level === 'signal');
    const rows: Cell[][] = [];
    for (const player of players.filter(({ name }) => NAMES.includes(name))) {
      for (const format of FORMATS) rows.push(await compare(player, format, box.url));
    }
    console.log(`\n${table(['player', 'format', 'with the burst', '?burst=0'], rows)}`);
  } finally {
    await box.stop();
  }
} finally {
  await stage.close();
  await rig.stop();
}

async function compare(player: Player, format: StreamFormat, url: string): Promise<Cell[]> {
  const times: Record<string, number[]> = { '': [], '?burst=0': [] };
  for (let round = 0; round < rounds; round++) {
    for (const [query, all] of Object.entries(times)) all.push(await firstSoundS(player, format, url, query));
  }
  return [player.name, format, ...Object.values(times).map((all) => median(all).toFixed(2))];
}

async function firstSoundS(player: Player, format: StreamFormat, url: string, query: string): Promise<number> {
  const hearing = new Hearing(TONES);
  const listening = await stage.listen(SINK, hearing);
  let playing: Playing | undefined;
  try {
    await sleep(QUIET_MS);
    if (hearing.firstSoundS !== undefined) throw new Error('somebody else is heard');
    const startS = hearing.seconds;
    playing = await player.play({ box: url, format, stage, sink: SINK, query });
    const heard = () => hearing.firstSoundS !== undefined || `${hearing.describe()}\n${playing?.output()}`;
    await until(`${player.name} plays ${format}${query}`, heard, PATIENCE_MS);
    return (hearing.firstSoundS ?? Number.NaN) - startS;
  } finally {
    await playing?.stop();
    await listening.stop();
  }
}
