import test from 'ava';
import type { CardBox } from '../../support/card/card-box.ts';
import { lookAt, looksIn, patternsSeen } from '../../support/card/lamp-seen.ts';
import { Stage } from '../../support/card/stage.ts';

/*
 * The same card in an emulated Raspberry Pi 3: its kernel, initramfs and root with the board's own device tree. It has no sound card, so
 * the box is on air on fallback.
 */

/** A card of this board must have a power of two as its size. */
const CARD_BYTES = 2 ** 31;
/** From power-on, s of the guest's clock. Four cores are emulated on whatever this machine has. */
const ON_AIR_S = 300;
const LINE = /LED on GPIO 17 \(line (\d+) of pinctrl-bcm2835\)/;
const LOOK_S = 10;

const stage = Stage.for(test);
let box: CardBox;

test.serial('it is on air', async (t) => {
  t.timeout(15 * 60_000);
  box = await stage.powerOn(stage.card({ bytes: CARD_BYTES }), { board: 'raspi3b' });
  const onAirS = await box.untilOnAir(1, 2 * ON_AIR_S);
  t.log(`on air ${onAirS.toFixed(1)} s after power-on, guest's clock`);
  t.true(onAirS < ON_AIR_S, `${onAirS} s`);
  t.regex(box.guest.console(), /Machine model: Raspberry Pi 3 Model B/);
});

test.serial('its lamp is on the pin of the header', async (t) => {
  const { message } = await box.untilSaid('boardfeed', LINE, 60);
  t.log(message);
  await box.enter();
  const value = `/sys/class/gpio/gpio${LINE.exec(message)?.[1]}/value`;
  t.deepEqual(patternsSeen(looksIn(await box.guest.sh(lookAt(value, LOOK_S)))), ['no-device']);
});

test.serial('without a sound card it sends the fallback', async (t) => {
  await box.until('fallback', 60, async () => (await box.status()).programme.state === 'fallback');
  t.is(await box.property('ActiveState'), 'active');
  t.is(await box.property('NRestarts'), '0');
});
