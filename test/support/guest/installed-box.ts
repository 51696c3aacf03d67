import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../box.ts';
import { sines } from '../tones.ts';
import { dependenciesOf, findDeb, raiseVersion } from './debs.ts';
import { Guest, SHARED } from './guest.ts';
import { GuestBox, TONES } from './guest-box.ts';
import { type Hooks, makeHooks } from './hooks.ts';
import { plugInLoopback, startMixer, stopMixer, unplugLoopback } from './loopback.ts';
import { makeRoot } from './root.ts';
import { KERNEL_ARGUMENTS } from './root-recipe.ts';

/** Unpacking a hundred megabytes on an emulated processor. */
const INSTALL_S = 600;

/** A Debian system in an emulated machine, to install our package in, and a loopback sound card for a mixer. */
export class InstalledBox extends GuestBox {
  readonly #share: string;

  private constructor(guest: Guest, port: number, share: string) {
    super(guest, port);
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
    await this.guest.sh(unplugLoopback);
  }

  async plugIn(): Promise<void> {
    await this.guest.sh(plugInLoopback);
  }

  /** The mixer begins to play, and does so again after it was interrupted. */
  async startMixer(): Promise<void> {
    await this.guest.sh(`cp ${SHARED}/tones.f32 /root/ && ${startMixer('/root/tones.f32')}`);
  }

  async stopMixer(): Promise<void> {
    await this.guest.sh(stopMixer);
  }
}
