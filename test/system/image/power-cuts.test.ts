import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { table } from '../../../bench/table.ts';
import type { Card } from '../../support/card/card.ts';
import type { CardBox } from '../../support/card/card-box.ts';
import { settingsToml } from '../../support/card/settings-file.ts';
import { PASSWORD, Stage } from '../../support/card/stage.ts';
import { Desk } from '../../support/desk.ts';
import { randomNumbers } from '../../support/random.ts';

/*
 * The plug is pulled at any moment: each time the box must start again and be on air, with settings that are the old or the new ones.
 * `npm run test:power-cuts` does it thirty times and prints a table.
 */

const CUTS = Number(process.env.BOARDFEED_POWER_CUTS ?? 3);
const SEED = Number(process.env.BOARDFEED_SEED ?? randomInt(1, 1_000_000));
/** What is going on when the plug is pulled, in turn. */
const MOMENTS = ['it starts', 'the settings file is read', 'settings are written'] as const;
/** From the moment that the settings file is looked at; what follows that is written to the card, too. s */
const READING_S = 8;
/** How long settings are written, at most, one change after the other, s. */
const WRITING_S = 6;
const REPORT_S = 180;
/** A cut, and the start after it. */
const PATIENCE_MS = 10 * 60_000;

/** One row of the table. */
interface Cut {
  readonly moment: string;
  /** When, in words. */
  readonly at: string;
  readonly onAirS: number;
  readonly settings: string;
  /** What the box itself says of its data partition; empty when nothing was wrong. */
  readonly repaired: string;
}

const stage = Stage.for(test);
const random = randomNumbers(SEED);
let card: Card;
/** The box on air, while it is. */
let box: CardBox | undefined;
/** What a start takes, s: as it was the last time. */
let usualS: number;
/** Names that the box may have now: that which it has for sure, or that which may not have come through. */
let allowed: string[] = ['From the card'];

test.before('a box that was on air', async () => {
  card = stage.card({ settings: { station: { name: 'From the card' } } });
  ({ box, onAirS: usualS } = await stage.onAir(card));
});

async function pullThePlug(): Promise<void> {
  if (box) await stage.powerOff(box);
  box = undefined;
}

async function cutStarting(): Promise<string> {
  await pullThePlug();
  const atS = random() * usualS;
  box = await stage.powerOn(card);
  await sleep(atS * 1000);
  await pullThePlug();
  return `${atS.toFixed(1)} s after power-on`;
}

async function cutReading(): Promise<string> {
  await pullThePlug();
  const name = `From the card ${Math.floor(random() * 1e6)}`;
  card.fat.write('boardfeed.toml', settingsToml(stage.settings({ station: { name } })));
  allowed = [name];
  box = await stage.powerOn(card);
  await box.untilSaid('systemd', /Starting boardfeed-settings\.service/, 2 * usualS + 60);
  const afterS = random() * READING_S;
  await sleep(afterS * 1000);
  await pullThePlug();
  return `${afterS.toFixed(1)} s after it began`;
}

/** Changes the name through the desk, again and again, and pulls the plug in the middle of it. */
async function cutWriting(): Promise<string> {
  box ??= (await stage.onAir(card)).box;
  const desk = new Desk(box);
  let [sure] = allowed;
  let written = 0;
  let cutting = false;
  const writing = (async () => {
    while (!cutting) {
      const name = `From the desk ${Math.floor(random() * 1e6)}`;
      // Before it is asked: the answer may be lost, and not the change.
      allowed = [sure ?? '', name];
      const { status } = await desk.set({ 'station.name': name });
      if (status !== 200) throw new Error(`the desk answered ${status}`);
      sure = name;
      written++;
    }
  })().catch((error: unknown) => error);
  await sleep((0.5 + random() * WRITING_S) * 1000);
  await pullThePlug();
  cutting = true;
  const ended = await writing;
  // That the box is gone is no wonder.
  if (written === 0) throw new Error(`no setting could be written: ${ended}`);
  return `after ${written} changes`;
}

const CUT_IN: Record<(typeof MOMENTS)[number], () => Promise<string>> = {
  'it starts': cutStarting,
  'the settings file is read': cutReading,
  'settings are written': cutWriting,
};

/** Switches it on again and finds out how it is. Throws when it is not on air, or not as it should be. */
async function lookAfter(moment: string, at: string): Promise<Cut> {
  const started = await stage.onAir(card);
  box = started.box;
  const { onAirS } = started;
  usualS = onAirS;
  const { name } = await box.status();
  if (!allowed.includes(name)) throw new Error(`its name is ${name} instead of ${allowed.join(' or ')}`);
  allowed = [name];
  const desk = await new Desk(box).settings();
  if (desk.problem !== undefined) throw new Error(`its settings: ${desk.problem}`);
  const repaired = await box.guest.sh('cat /run/boardfeed-image/data-partition.txt 2>/dev/null || true');
  if (/anew/.test(repaired)) throw new Error(`its data partition: ${repaired}`);
  const toml = card.fat.text('boardfeed.toml') ?? '';
  if (!toml.includes(stage.key.words)) throw new Error(`boardfeed.toml on the card is no longer what it was:\n${toml}`);
  if (toml.includes(`"${PASSWORD}"`)) throw new Error('the password still stands on the card');
  if (moment === 'the settings file is read') await box.untilReported(/everything in it was understood/, REPORT_S);
  return { moment, at, onAirS, settings: name, repaired: repaired.trim() };
}

test.serial(`${CUTS} power cuts: it is on air after each, and its settings are old or new`, async (t) => {
  t.timeout(CUTS * PATIENCE_MS);
  t.log(`seed ${SEED} (BOARDFEED_SEED does the same again)`);
  const cuts: Cut[] = [];
  try {
    for (let index = 0; index < CUTS; index++) {
      const moment = MOMENTS[index % MOMENTS.length] ?? MOMENTS[0];
      const at = await CUT_IN[moment]();
      cuts.push(await lookAfter(moment, at));
    }
  } finally {
    const rows = cuts.map((cut, index) => [`${index + 1}`, cut.moment, cut.at, cut.onAirS, cut.settings, cut.repaired]);
    t.log(`\n${table(['cut', 'while', 'when', 'on air after, s', 'its name then', 'data partition'], rows)}`);
  }
  t.is(cuts.length, CUTS);
});
