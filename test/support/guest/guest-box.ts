import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '../../../src/http/status.ts';
import { faultsHeard, hear } from '../hear.ts';
import type { Tone } from '../tones.ts';
import type { Guest, JournalLine } from './guest.ts';

/** What the mixer plays, left and right. */
export const TONES: readonly [Tone, Tone] = [
  { hz: 997, dbfs: -12 },
  { hz: 1499, dbfs: -20 },
];

const SERVICE = 'boardfeed.service';
/** Long enough for an encoder to settle, short enough to be asked again and again. */
const LISTEN_S = 3;

/** A box that runs as a service in an emulated machine, as it is seen from inside and from outside. */
export class GuestBox {
  readonly guest: Guest;
  /** Where the box's port 80 is reached from here. */
  readonly url: string;
  readonly port: number;

  constructor(guest: Guest, port: number) {
    this.guest = guest;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** What the box says of itself. */
  async status(): Promise<Status> {
    const answer = await fetch(`${this.url}/api/status`, { signal: AbortSignal.timeout(20_000) });
    return (await answer.json()) as Status;
  }

  /** What systemd says of the service, such as `ActiveState` or `NRestarts`. */
  async property(name: string): Promise<string> {
    return (await this.guest.sh(`systemctl show --property=${name} --value ${SERVICE}`)).trim();
  }

  /** What the service has written, or systemd about it, from a moment on (s of the guest's clock). */
  async journal(fromS = 0): Promise<JournalLine[]> {
    return (await this.guest.journal(`--unit=${SERVICE}`)).filter(({ atS }) => atS >= fromS);
  }

  /** What is wrong with what a listener outside hears; empty when it is the mixer's tones and nothing else. */
  async faults(stream = '/stream.mp3'): Promise<string[]> {
    try {
      return faultsHeard(await hear(`${this.url}${stream}`, LISTEN_S), LISTEN_S, TONES);
    } catch (error) {
      return [`${error}`];
    }
  }

  /**
   * Waits until the mixer is heard outside, without what was sent before the listener came, and returns when that was known, in s
   * of the guest's clock: some seconds after the sound began.
   */
  async untilHeard(limitS: number): Promise<number> {
    const fromS = this.guest.nowS();
    for (;;) {
      const joinedS = this.guest.nowS();
      const faults = await this.faults('/stream.mp3?burst=0');
      if (faults.length === 0) return this.guest.nowS();
      if (joinedS - fromS > limitS) throw new Error(`the mixer was not heard in ${limitS} s: ${faults.join(', ')}`);
      await sleep(300);
    }
  }

  /** Waits until something holds, for at most so many seconds of the guest's clock, and returns when it was seen to. */
  async until(what: string, limitS: number, holds: () => Promise<boolean>): Promise<number> {
    const endS = this.guest.nowS() + limitS;
    for (;;) {
      if (await holds().catch(() => false)) return this.guest.nowS();
      if (this.guest.nowS() > endS) throw new Error(`waited ${limitS} s of the guest in vain: ${what}`);
      await sleep(200);
    }
  }
}
