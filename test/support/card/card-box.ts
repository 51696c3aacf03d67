import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../box.ts';
import { Guest } from '../guest/guest.ts';
import { GuestBox } from '../guest/guest-box.ts';
import type { PulseRig } from '../pulse.ts';
import type { Card } from './card.ts';
import { type ConsoleLine, firstLine, startsIn } from './console-lines.ts';
import { findEmulator } from './emulator.ts';
import { Ssh, type SshKey } from './ssh.ts';
import { type Board, VirtualPi } from './virtual-pi.ts';

/** What the card is put into, and how we get in. */
export interface CardBoxOptions {
  readonly key: SshKey;
  /** By default `virt`, which is the quicker one. */
  readonly board?: Board;
  /** Its sound card captures the sink `mixer` of this rig. */
  readonly rig?: PulseRig;
}

/** What the service says when listeners can come. */
const ON_AIR = /on air; open /;
/** From power-on to that, s; the usual is a fraction of it. */
const ON_AIR_S = 240;
const SSH_MS = 180_000;
const LOOK_MS = 200;
/** Of a console, what is printed after a failure, characters. */
const SHOWN = 12_000;

/** A card in a machine: the whole box, from the outside as its owner has it, and from the inside. */
export class CardBox extends GuestBox {
  readonly card: Card;
  readonly pi: VirtualPi;
  readonly ssh: Ssh;

  private constructor(card: Card, pi: VirtualPi, ssh: Ssh, port: number) {
    super(new Guest(pi.qemu, ssh, () => ssh.connect(SSH_MS)), port);
    this.card = card;
    this.pi = pi;
    this.ssh = ssh;
  }

  /** Plugs it in, and leaves it alone: `untilOnAir` waits, and `enter` lets us in. */
  static async plugIn(card: Card, { key, board = 'virt', rig }: CardBoxOptions): Promise<CardBox> {
    const [port, sshPort] = [await freePort(), await freePort()];
    const forwards = new Map([
      [80, port],
      [22, sshPort],
    ]);
    const pi = await VirtualPi.plugIn(card, { board, emulator: await findEmulator(), forwards, rig });
    return new CardBox(card, pi, new Ssh(key, sshPort), port);
  }

  /** How often the machine has been started since it was plugged in: resets count. */
  get starts(): number {
    return startsIn(this.guest.console()).length;
  }

  /** The first line of the journal since the last start of the machine that fits; undefined until there is one. */
  said(from: string, message: RegExp): ConsoleLine | undefined {
    return firstLine(this.guest.console(), from, message);
  }

  /** Waits for a line of the journal since the last start, for at most so long, by our clock. */
  async untilSaid(from: string, message: RegExp, limitS: number): Promise<ConsoleLine> {
    const endMs = Date.now() + limitS * 1000;
    for (;;) {
      const line = this.said(from, message);
      if (line) return line;
      if (Date.now() > endMs) throw new Error(`${from} did not say ${message} in ${limitS} s; ${this.lastWords()}`);
      await sleep(LOOK_MS);
    }
  }

  /** Waits until the machine, started so many times, is on air; returns when that was, s of the guest's clock from power-on. */
  async untilOnAir(starts = 1, limitS = ON_AIR_S): Promise<number> {
    const endMs = Date.now() + limitS * 1000;
    while (this.starts < starts && Date.now() < endMs) await sleep(LOOK_MS);
    return (await this.untilSaid('boardfeed', ON_AIR, Math.max(0, (endMs - Date.now()) / 1000))).atS;
  }

  /** Lets us in, and sets our idea of the guest's clock. */
  async enter(): Promise<void> {
    await this.guest.waitUntilUp();
  }

  /** The report on the card, as a PC would show it. Undefined while there is none. */
  report(): string | undefined {
    try {
      return this.card.fat.text('boardfeed-status.txt');
    } catch {
      return undefined; // It is just being replaced.
    }
  }

  /** Waits until the report on the card says something, and returns it. */
  async untilReported(what: RegExp, limitS: number): Promise<string> {
    const endMs = Date.now() + limitS * 1000;
    for (;;) {
      const report = this.report();
      if (report !== undefined && what.test(report)) return report;
      if (Date.now() > endMs) throw new Error(`waited ${limitS} s in vain for ${what} in the report:\n${report}`);
      await sleep(1000);
    }
  }

  /** Replaces a file of the first partition while the machine runs, as its owner may by SSH. */
  async writeToCard(name: string, content: string | Buffer): Promise<void> {
    const file = `/boot/firmware/${name}`;
    const script = `mount -o remount,rw /boot/firmware && cat > ${file}.new && mv ${file}.new ${file}; result=$?; sync; mount -o remount,ro /boot/firmware; exit $result`;
    const { code, stderr } = await this.ssh.run(script, 60, content);
    if (code !== 0) throw new Error(`${name} could not be written to the card: ${stderr}`);
  }

  /** Pulls the plug. After a failure, what the machine has said is printed. */
  async stop(failed: boolean): Promise<void> {
    if (failed) console.log(this.lastWords());
    await this.guest.stop();
  }

  lastWords(): string {
    return `its console:\n${this.guest.console().slice(-SHOWN)}`;
  }
}
