import test from 'ava';
import type { PatternName } from '../../../src/device/panel/patterns.ts';
import type { CardBox } from '../../support/card/card-box.ts';
import { lookAt, looksIn, patternsSeen, runsIn } from '../../support/card/lamp-seen.ts';
import { Stage } from '../../support/card/stage.ts';
import { TONES } from '../../support/guest/guest-box.ts';
import { faultsHeard } from '../../support/hear.ts';
import { heardOnPage, openPage } from '../../support/live-page.ts';
import { until } from '../../support/processes.ts';
import { PulseRig } from '../../support/pulse.ts';
import { sines } from '../../support/tones.ts';

/*
 * From the plug to the ear: what is played into the machine's sound card here is heard outside. One machine for all of it, so the
 * order counts.
 */

const stage = Stage.for(test);
const rig = new PulseRig();
let box: CardBox;
let onAirS: number;
let mixer: ReturnType<PulseRig['playForever']>;

/** From power-on, s of the guest's clock: some ten times what a board takes. */
const ON_AIR_S = 120;
/** A page of 20 ms pieces. */
const PIECES = 200;
const PIECE_S = 0.02;
/** A lamp on a line of the board: QEMU's has eight, and the third belongs to its power button. */
const LAMP = { kind: 'gpio', chip: '9030000.pl061', pin: 5 };
/** The slowest pattern goes round in 3 s, and two times of that are seen from begin to end. */
const LOOK_S = 10;

test.before('a box on air', async () => {
  await rig.start();
  mixer = rig.playForever('mixer', sines(TONES, 1));
  ({ box, onAirS } = await stage.onAir(stage.card({ settings: { led: LAMP } }), { rig }));
});

test.after.always(() => rig.stop());

test.serial('plugged in, it is on air by itself', async (t) => {
  t.log(`on air ${onAirS.toFixed(1)} s after power-on, guest's clock`);
  t.true(onAirS < ON_AIR_S, `${onAirS} s`);
  t.is(await box.property('ActiveState'), 'active');
  t.is(await box.property('NRestarts'), '0');
  t.is((await box.status()).source.wanted, 'alsa');
});

test.serial('a tone that is played into its sound card is heard outside as MP3', async (t) => {
  t.log(`heard ${(await box.untilHeard(60)).toFixed(1)} s after power-on`);
  t.deepEqual(await box.faults('/stream.mp3'), []);
});

test.serial('and on the page', async (t) => {
  const page = await openPage(box.port, '', {}, 30_000);
  t.teardown(() => page.socket.terminate());
  await until('pieces have come', () => page.pieces.length >= PIECES || page.pieces.length, 60_000);
  t.is(page.greeting.sound, 'opus');
  t.is(page.greeting.state.programme.state, 'live');
  t.deepEqual(faultsHeard(await heardOnPage(page.pieces.slice(0, PIECES)), PIECES * PIECE_S, TONES), []);
});

test.serial('it is found by name', async (t) => {
  const found = await box.guest.sh('avahi-browse --resolve --parsable --terminate _http._tcp', 120);
  t.log(found.trim());
  t.regex(found, /^=;eth0;IPv4;[^;]*;(Web Site|_http\._tcp);local;boardfeed\.local;[\d.]+;80;.*path=/m);
});

/** The lamp's patterns that fit to what the kernel shows of its line. */
async function lamp(log: (text: string) => void): Promise<PatternName[]> {
  const chips = '/sys/class/gpio/gpiochip*';
  const number = await box.guest.sh(
    `for chip in ${chips}; do [ "$(cat $chip/label)" != ${LAMP.chip} ] || echo $(($(cat $chip/base) + ${LAMP.pin})); done`,
  );
  const looks = looksIn(await box.guest.sh(lookAt(`/sys/class/gpio/gpio${number.trim()}/value`, LOOK_S)));
  const runs = runsIn(looks).map(({ lit, ms }) => `${lit ? 'alight' : 'dark'} ${ms.toFixed(0)}`);
  log(`${looks.length} looks: ${runs.join(', ')} ms`);
  return patternsSeen(looks);
}

test.serial('its lamp follows: live', async (t) => {
  t.deepEqual(await lamp((text) => t.log(text)), ['live']);
});

test.serial('its lamp follows: silent', async (t) => {
  await mixer.stop();
  await box.until('silent', 60, async () => ['silent', 'zeros'].includes((await box.status()).programme.level ?? ''));
  t.deepEqual(await lamp((text) => t.log(text)), ['silent']);
});

test.serial('its lamp follows: no sound card', async (t) => {
  await box.pi.unplugSound();
  await box.until('not live', 60, async () => (await box.status()).programme.state !== 'live');
  t.deepEqual(await lamp((text) => t.log(text)), ['no-device']);
});

test.serial('its lamp follows: lost, because the card delivers nothing', async (t) => {
  await box.pi.plugInSound();
  mixer = rig.playForever('mixer', sines(TONES, 1));
  await box.untilHeard(60);
  await rig.kill();
  await box.until('not live', 60, async () => (await box.status()).programme.state !== 'live');
  t.deepEqual(await lamp((text) => t.log(text)), ['lost']);
});

test.serial('nothing went wrong meanwhile', async (t) => {
  t.is(await box.property('NRestarts'), '0');
  t.is((await box.guest.sh('systemctl --failed --plain --no-legend')).trim(), '');
  t.deepEqual(
    (await box.journal()).filter(({ priority }) => priority <= 3),
    [],
  );
});
