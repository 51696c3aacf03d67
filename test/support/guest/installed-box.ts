import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '../../../src/http/status.ts';
import { freePort } from '../box.ts';
import { faultsHeard, hear } from '../hear.ts';
import { sines, type Tone } from '../tones.ts';
import { dependenciesOf, findDeb, raiseVersion } from './debs.ts';
import { Guest, type JournalLine, SHARED } from './guest.ts';
import { type Hooks, makeHooks } from './hooks.ts';
import { makeRoot } from './root.ts';
import { KERNEL_ARGUMENTS } from './root-recipe.ts';

/** What the mixer plays, left and right. */
export const TONES: readonly [Tone, Tone] = [
  { hz: 997, dbfs: -12 },
  { hz: 1499, dbfs: -20 },
];

const SERVICE = 'boardfeed.service';
/** Long enough for an encoder to settle, short enough to be asked again and again. */
const LISTEN_S = 3;
/** Unpacking a hundred megabytes on an emulated processor. */
const INSTALL_S = 600;
/** The mixer is on the loopback card's second device, and the box takes the first. */
const MIXER = 'plughw:CARD=Loopback,DEV=1';
/** Its name among the loopback driver's devices in /sys. */
const CARD = 'snd_aloop.0';

/** A Debian system in an emulated machine, to install our package in, and a loopback sound card for a mixer. */
export class InstalledBox {
  readonly guest: Guest;
  /** Where the box's port 80 is reached from here. */
  readonly url: string;
  readonly port: number;
  readonly #share: string;

  private constructor(guest: Guest, port: number, share: string) {
    this.guest = guest;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#share = share;
  }

  /** Switches the machine on; nothing is installed yet. */
  static async boot(): Promise<InstalledBox> {
    const deb = findDeb('amd64');
    const root = await makeRoot('amd64', dependenciesOf(deb));
    const share = mkdtempSync(join(tmpdir(), 'boardfeed-share-'));
    chmodSync(share, 0o755);
    try {
      copyFileSync(deb, join(share, 'boardfeed.deb'));
      // Whole periods of both tones, so that it can be repeated without a seam.
      writeFileSync(join(share, 'tones.f32'), Buffer.from(sines(TONES, 1).buffer));
      const port = await freePort();
      const forwards = new Map([[80, port]]);
      const guest = await Guest.boot({ arch: 'amd64', ...root, append: KERNEL_ARGUMENTS, share, forwards });
      return new InstalledBox(guest, port, share);
    } catch (error) {
      rmSync(share, { recursive: true, force: true });
      throw error;
    }
  }

  /** Pulls the plug. After a failure, what the box and the machine have said is printed. */
  async stop(failed: boolean): Promise<void> {
    if (failed) {
      const said = await this.guest
        .sh(
          'systemctl status --no-pager --lines=0 boardfeed.service; journalctl --boot --no-pager --output=short-monotonic | grep -v qemu-ga | tail -n 100',
          60,
        )
        .catch((error: unknown) => `${error}\n${this.guest.console().slice(-4000)}`);
      console.log(said);
    }
    await this.guest.stop();
    rmSync(this.#share, { recursive: true, force: true });
  }

  /** Installs the package as a user would; what it needs must be there already, for the guest has no network. */
  async install(file = 'boardfeed.deb'): Promise<string> {
    return this.#apt(`install ${SHARED}/${file}`);
  }

  /** Makes the same package with a higher version, for `install`. */
  makeNewer(): { file: string; version: string } {
    const version = raiseVersion(join(this.#share, 'boardfeed.deb'), join(this.#share, 'newer.deb'));
    return { file: 'newer.deb', version };
  }

  /** `remove` keeps the settings, `purge` leaves nothing. */
  async uninstall(how: 'remove' | 'purge'): Promise<string> {
    return this.#apt(`${how} boardfeed`);
  }

  #apt(what: string): Promise<string> {
    return this.guest.sh(`DEBIAN_FRONTEND=noninteractive apt-get --yes ${what} 2>&1`, INSTALL_S);
  }

  /** Brings the hooks into the service, which starts again for it, and returns what pulls them. */
  async installHooks(): Promise<Hooks> {
    const hooks = makeHooks(this.#share);
    await this.guest.sh(hooks.install(SHARED));
    return hooks;
  }

  /** Plugs the card in for the first time, with a mixer that plays whenever the card is there. */
  async plugInFirst(): Promise<void> {
    await this.startMixer();
    await this.guest.sh('modprobe snd-aloop');
  }

  async unplug(): Promise<void> {
    await this.guest.sh(`echo ${CARD} > /sys/bus/platform/drivers/snd_aloop/unbind`);
  }

  async plugIn(): Promise<void> {
    await this.guest.sh(`echo ${CARD} > /sys/bus/platform/drivers/snd_aloop/bind`);
  }

  /** The mixer begins to play, and does so again after it was interrupted. */
  async startMixer(): Promise<void> {
    const play = `while cat /root/tones.f32; do :; done | exec aplay -q -D ${MIXER} -t raw -f FLOAT_LE -r 48000 -c 2`;
    const unit = '--unit=mixer -p Restart=always -p RestartSec=200ms -p StartLimitIntervalSec=0 -p StandardError=null';
    await this.guest.sh(`cp ${SHARED}/tones.f32 /root/ && systemd-run --quiet ${unit} sh -c '${play}'`);
  }

  async stopMixer(): Promise<void> {
    await this.guest.sh('systemctl stop mixer.service');
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
