import type { Mixer, MixerControl } from '../desk/contract.ts';
import { type MixerElement, type Native, native } from '../native.ts';
import { controlDeviceOf } from './mixer-card.ts';
import { checkChange } from './mixer-change.ts';
import type { Source } from './source.ts';

/** How long a card has for its answer; a driver may hang for ever, ms. */
const PATIENCE_MS = 3000;
/** Questions that may wait for one card. */
const WAITING_MAX = 8;
/** Below what any card can tell apart. A step that mutes is said to have -99999.99 dB. */
const MUTE_DB = -150;

/** Why a change was not made: it is wrong, the present source has no mixer, or the card does not do it now. */
export type MixerRefusal = 'wrong' | 'none' | 'gone';

/** What became of a change; every fault is a sentence. */
export type MixerAnswer =
  | { readonly mixer: Mixer; readonly refused?: undefined }
  | { readonly refused: MixerRefusal; readonly faults: readonly string[] };

/** The source that sounds at present; both are absent while there is none. */
export type PresentSource = () => { readonly kind?: Source['kind']; readonly name?: string };

/**
 * The mixer of the card that is captured from. One question goes to the card at a time, on a thread of its own; so a driver that
 * hangs holds one thread, and everybody who asks meanwhile is told so.
 */
export class CaptureMixer {
  readonly #source: PresentSource;
  readonly #native: Pick<Native, 'mixerRead' | 'mixerChange'>;
  readonly #patienceMs: number;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(
    source: PresentSource,
    calls: Pick<Native, 'mixerRead' | 'mixerChange'> = native,
    patienceMs = PATIENCE_MS,
  ) {
    this.#source = source;
    this.#native = calls;
    this.#patienceMs = patienceMs;
  }

  /** The controls as they are now; never rejects because of the card. */
  async read(): Promise<Mixer> {
    const { card, problem } = this.#card();
    if (card === undefined) return { problem, controls: [] };
    try {
      return mixer(card, await this.#inTurn(card, () => this.#native.mixerRead(card)));
    } catch (error) {
      return { problem: unreachable(card, error), controls: [] };
    }
  }

  /** Makes one change, of whatever shape somebody sent it. */
  async change(wish: unknown): Promise<MixerAnswer> {
    const { card, problem } = this.#card();
    if (card === undefined) return { refused: 'none', faults: [problem] };
    try {
      return await this.#inTurn(card, async (wanted): Promise<MixerAnswer> => {
        const { controls } = mixer(card, await this.#native.mixerRead(card));
        const checked = checkChange(wish, controls);
        if (checked.faults) return { refused: 'wrong', faults: checked.faults };
        if (!wanted()) return { refused: 'gone', faults: [] };
        return { mixer: mixer(card, await this.#native.mixerChange(card, checked.change)) };
      });
    } catch (error) {
      return { refused: 'gone', faults: [unreachable(card, error)] };
    }
  }

  #card(): { card: string; problem?: undefined } | { card?: undefined; problem: string } {
    const { kind, name } = this.#source();
    if (kind === 'alsa' && name !== undefined) return { card: controlDeviceOf(name) };
    if (kind === 'demo') return { problem: 'The demo signal has no mixer.' };
    if (kind === 'file') return { problem: 'A sound file has no mixer.' };
    return { problem: 'There is no sound card at present.' };
  }

  /**
   * Asks when all who came before have their answer. Rejects when that takes too long; what has been given up is not begun any more,
   * and `wanted` then says that nobody waits for the rest.
   */
  #inTurn<T>(card: string, ask: (wanted: () => boolean) => Promise<T>): Promise<T> {
    if (this.#waiting >= WAITING_MAX) return Promise.reject(new Error('too many are asking at once'));
    this.#waiting++;
    return new Promise<T>((resolve, reject) => {
      let tooLate = false;
      const timer = setTimeout(() => {
        tooLate = true;
        reject(new Error(`${card}: no answer for ${this.#patienceMs} ms`));
      }, this.#patienceMs);
      this.#last = this.#last
        .then(() => (tooLate ? undefined : ask(() => !tooLate).then(resolve)))
        .catch(reject)
        .finally(() => {
          clearTimeout(timer);
          this.#waiting--;
        });
    });
  }
}

function unreachable(card: string, error: unknown): string {
  return `The mixer ${card} cannot be reached (${(error as Error).message}).`;
}

function mixer(card: string, elements: readonly MixerElement[]): Mixer {
  const controls = elements.map(control);
  if (controls.length > 0) return { card, controls };
  return { card, problem: 'This sound card has no control for what it captures.', controls };
}

function control({ gain, ...others }: MixerElement): MixerControl {
  if (gain?.minDb === undefined) return gain ? { ...others, gain } : others;
  const { minDb, maxDb = 0, valuesDb = [] } = gain;
  const audible = (db: number) => Math.max(MUTE_DB, db);
  return {
    ...others,
    gain: { ...gain, minDb: audible(minDb), maxDb: audible(maxDb), valuesDb: valuesDb.map(audible) },
  };
}
