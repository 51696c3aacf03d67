import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { Card } from '../../support/card/card.ts';
import type { CardBox } from '../../support/card/card-box.ts';
import { Stage } from '../../support/card/stage.ts';

/*
 * The card: its data partition grows to the card's size, is made anew when nothing else helps, and little is ever written. One
 * card for all of it, so the order counts.
 */

const GIB = 2 ** 30;
/** Larger than the image. */
const CARD_BYTES = 4 * GIB;
/** What a partition may leave unused of the card, and a file system of its partition. */
const UNUSED_BYTES = 16 * 2 ** 20;
const USABLE_SHARE = 0.9;
/** How long nothing happens, minutes. */
const IDLE_MINUTES = Number(process.env.BOARDFEED_IDLE_MINUTES ?? 2);
/** After the start, until all is said that a start has to say, s. */
const SETTLED_S = 75;
/** What may be written in ten minutes in which nothing happens, bytes. */
const SMALL_BYTES = 1024 * 1024;
const REPORT_S = 180;
const ROOT = 2;
const DATA = 4;

const stage = Stage.for(test);
let card: Card;
let rootHash: string;
let box: CardBox;

test.before('a larger card', async () => {
  card = stage.card({ bytes: CARD_BYTES, settings: { station: { name: 'Before' } } });
  rootHash = card.hash(ROOT);
  ({ box } = await stage.onAir(card));
});

/** Size of what is mounted as /data, and of the partition below it, bytes. */
async function dataBytes(): Promise<{ partition: number; files: number }> {
  const printed = await box.guest.sh('findmnt -bno SOURCE,SIZE /data; lsblk -bndo SIZE "$(findmnt -no SOURCE /data)"');
  const [, files = '0', partition = '0'] = printed.trim().split(/\s+/);
  return { partition: Number(partition), files: Number(files) };
}

test.serial('the data partition has grown to the end of the card, and so has what is on it', async (t) => {
  const { partition, files } = await dataBytes();
  const { startBytes, bytes } = card.partition(DATA);
  t.log(
    `the partition has ${(partition / 2 ** 20).toFixed(0)} MiB, its files may have ${(files / 2 ** 20).toFixed(0)} MiB`,
  );
  t.true(startBytes + bytes > CARD_BYTES - UNUSED_BYTES, `it ends at ${startBytes + bytes}`);
  t.is(partition, bytes);
  t.true(files > USABLE_SHARE * bytes);
});

test.serial('nothing can be written to the root', async (t) => {
  t.false(await box.guest.succeeds('touch /usr/trial'));
  t.regex(await box.guest.sh('findmnt -no FSTYPE,OPTIONS /'), /^squashfs +ro\b/);
  t.regex(await box.guest.sh('findmnt -no OPTIONS /boot/firmware'), /\bro\b/);
});

test.serial(
  `in ${IDLE_MINUTES} minutes in which nothing happens, next to nothing is written to the card`,
  async (t) => {
    t.timeout((IDLE_MINUTES + 10) * 60_000);
    await box.until('it has settled', 2 * SETTLED_S, async () => box.guest.nowS() > SETTLED_S);
    const before = await box.pi.written();
    await sleep(IDLE_MINUTES * 60_000);
    const after = await box.pi.written();
    const bytes = after.bytes - before.bytes;
    t.log(
      `${bytes} bytes in ${after.requests - before.requests} writes within ${IDLE_MINUTES} min; ${before.bytes} bytes in ${before.requests} writes before, first start included`,
    );
    t.true(bytes <= (SMALL_BYTES * IDLE_MINUTES) / 10 + SMALL_BYTES / 10, `${bytes} bytes`);
  },
);

test.serial(
  'a data partition that cannot be saved is made anew, which the report says, and the box is on air',
  async (t) => {
    t.timeout(15 * 60_000);
    await stage.powerOff(box);
    card.destroy(DATA);
    const started = await stage.onAir(card);
    box = started.box;
    t.log(`on air ${started.onAirS.toFixed(1)} s after power-on, guest's clock`);
    const report = await box.untilReported(/anew/, REPORT_S);
    t.log(report);
    t.is((await box.status()).name, 'Before', 'the settings are those of boardfeed.toml');
    const { partition, files } = await dataBytes();
    t.true(files > USABLE_SHARE * partition);
  },
);

test.serial('the next start has nothing to say of it', async (t) => {
  t.timeout(15 * 60_000);
  await stage.powerOff(box);
  ({ box } = await stage.onAir(card));
  const report = await box.untilReported(/^(?!.*anew)/s, REPORT_S);
  t.regex(report, /boardfeed\.toml/);
  t.is((await box.status()).name, 'Before');
});

test.serial('the root is as it was, bit by bit', async (t) => {
  await stage.powerOff(box);
  t.is(card.hash(ROOT), rootHash);
});
