import type { TestFn } from 'ava';
import type { PulseRig } from '../pulse.ts';
import { Card } from './card.ts';
import { CardBox } from './card-box.ts';
import { findImage } from './image-file.ts';
import { type SettingsFile, settingsToml } from './settings-file.ts';
import { SshKey } from './ssh.ts';
import type { Board } from './virtual-pi.ts';

/** The password of the desk in all of these tests; see `Desk`. */
export const PASSWORD = 'hand';

/** A card to be written, and what it is put into. */
export interface CardOptions {
  /** What its owner writes to `boardfeed.toml`, beside our key and the desk's password. */
  readonly settings?: SettingsFile;
  /** Or the whole of it, as it is. */
  readonly toml?: string | Buffer;
  readonly bytes?: number;
}

export interface PowerOptions {
  readonly board?: Board;
  readonly rig?: PulseRig;
}

/**
 * What one file of tests needs of cards and machines: everything is gone when its tests have ended, and when one has failed, what
 * the machines have said is printed.
 */
export class Stage {
  readonly key = new SshKey();
  readonly #cards: Card[] = [];
  readonly #boxes = new Set<CardBox>();
  #failed = false;

  /** To be called before any other hook of the file. */
  static for(test: TestFn): Stage {
    const stage = new Stage();
    test.afterEach.always((t) => {
      stage.#failed ||= !t.passed;
    });
    test.after.always(() => stage.#close());
    return stage;
  }

  /** The settings with which we get in, and may use the desk. */
  settings(further: SettingsFile = {}): SettingsFile {
    return {
      ...further,
      ssh: { key: this.key.words },
      http: { admin_password: PASSWORD, ...further.http },
    };
  }

  /** Writes the image to a card, and settings to that. */
  card({ settings = {}, toml, bytes = 0 }: CardOptions = {}): Card {
    const card = Card.write(findImage(), bytes);
    this.#cards.push(card);
    card.fat.write('boardfeed.toml', toml ?? settingsToml(this.settings(settings)));
    return card;
  }

  /** Plugs a card in. */
  async powerOn(card: Card, options: PowerOptions = {}): Promise<CardBox> {
    const box = await CardBox.plugIn(card, { key: this.key, ...options });
    this.#boxes.add(box);
    return box;
  }

  /** The same, until it is on air and lets us in. */
  async onAir(card: Card, options: PowerOptions = {}): Promise<{ box: CardBox; onAirS: number }> {
    const box = await this.powerOn(card, options);
    try {
      const onAirS = await box.untilOnAir();
      await box.enter();
      return { box, onAirS };
    } catch (error) {
      // It may be called before any test.
      this.#failed = true;
      throw error;
    }
  }

  /** Pulls the plug. */
  async powerOff(box: CardBox): Promise<void> {
    this.#boxes.delete(box);
    await box.stop(false);
  }

  async #close(): Promise<void> {
    for (const box of this.#boxes) await box.stop(this.#failed);
    for (const card of this.#cards) card.remove();
    this.key.remove();
  }
}
