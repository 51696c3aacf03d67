import type { PieceLevel } from '../../live/message.ts';
import { FLOOR_DBFS } from '../../programme/levels.ts';
import { CLIP_MARK_MS, follow, hasArrived, type Needle, RESTING } from './ballistics.ts';
import { element, setAttribute, write } from './dom.ts';
import { type Bar, drawBar, makeBar } from './meter-bar.ts';
import { levelAsNumber, NUMBERS_DBFS, partOf } from './scale.ts';
import { levelInWords, WORDS } from './words.ts';

/** The numbers change no more often than this, ms: faster ones cannot be read. */
const NUMBERS_EVERY_MS = 250;
/** Screen readers that look at the meter find a level so old at most, ms. */
const WORDS_EVERY_MS = 2000;
/** For those who want no motion the bars move this seldom, ms. */
const CALM_EVERY_MS = 500;
/** After so long without news the level is unknown, ms. */
const OLD_MS = 3000;

/** The meter: bars for RMS and peak of each channel, the held peak, and the mark of clipping. It moves by itself. */
export class Meter {
  readonly #meter = element('meter');
  readonly #clip = element('clip');
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');
  #bars: Bar[] = [];
  #needles: Needle[] = [];
  #levels: readonly PieceLevel[] = [];
  #known = false;
  #toldMs = 0;
  #clippedMs = Number.NEGATIVE_INFINITY;
  #drawnMs = 0;
  #numbersMs = Number.NEGATIVE_INFINITY;
  #wordsMs = Number.NEGATIVE_INFINITY;
  #frame = 0;

  constructor() {
    for (const dbfs of NUMBERS_DBFS) {
      const number = document.createElement('span');
      number.className = 'number-at';
      number.textContent = levelAsNumber(dbfs);
      number.style.left = `${partOf(dbfs) * 100}%`;
      element('scale').append(number);
    }
    this.#setChannels(2);
    document.addEventListener('visibilitychange', () => {
      this.#drawnMs = performance.now();
      this.#run();
    });
  }

  /** Takes the levels of a piece in; nobody sees them while the page is hidden. */
  take(levels: readonly PieceLevel[], clipped: boolean): void {
    if (levels.length === 0) return;
    if (levels.length !== this.#bars.length) this.#setChannels(levels.length);
    const now = performance.now();
    this.#toldMs = now;
    this.#known = true;
    if (clipped) this.#clippedMs = now;
    this.#levels = levels;
    this.#run();
  }

  /** Lets the bars fall: the levels are not known any more. */
  forget(): void {
    this.#known = false;
    this.#levels = this.#bars.map(() => ({ peakDbfs: FLOOR_DBFS, rmsDbfs: FLOOR_DBFS }));
    this.#run();
  }

  #setChannels(channels: number): void {
    const names = channels === 2 ? [WORDS.left, WORDS.right] : Array.from({ length: channels }, (_, at) => `${at + 1}`);
    this.#bars = names.map((name) => makeBar(channels === 1 ? '' : name));
    this.#needles = names.map(() => RESTING);
    this.#levels = names.map(() => ({ peakDbfs: FLOOR_DBFS, rmsDbfs: FLOOR_DBFS }));
    element('bars').replaceChildren(...this.#bars.map(({ row }) => row));
    this.#drawnMs = performance.now();
    this.#draw(this.#drawnMs);
  }

  #run(): void {
    if (this.#frame !== 0) return;
    // Nothing moved until now: the time that passed meanwhile is not part of the movement.
    this.#drawnMs = Math.max(this.#drawnMs, performance.now() - CALM_EVERY_MS);
    this.#frame = requestAnimationFrame(() => this.#step());
  }

  #step(): void {
    this.#frame = 0;
    if (document.hidden) return;
    const now = performance.now();
    if (this.#known && now - this.#toldMs > OLD_MS) this.forget();
    const due = !this.#calm.matches || now - this.#drawnMs >= CALM_EVERY_MS;
    if (due) this.#draw(now);
    const still = this.#needles.every((needle, channel) => hasArrived(needle, this.#levels[channel] ?? RESTING));
    const marked = now - this.#clippedMs < CLIP_MARK_MS;
    if (!still || marked || this.#known) this.#run();
  }

  #draw(now: number): void {
    const elapsedMs = Math.max(0, now - this.#drawnMs);
    this.#drawnMs = now;
    this.#needles = this.#needles.map((needle, channel) => follow(needle, this.#levels[channel] ?? RESTING, elapsedMs));
    const numbers = now - this.#numbersMs >= NUMBERS_EVERY_MS;
    if (numbers) this.#numbersMs = now;
    for (const [channel, bar] of this.#bars.entries()) {
      drawBar(bar, this.#needles[channel] ?? RESTING, this.#known, numbers);
    }
    setAttribute(this.#clip, 'data-lit', `${now - this.#clippedMs < CLIP_MARK_MS}`);
    if (now - this.#wordsMs < WORDS_EVERY_MS) return;
    this.#wordsMs = now;
    this.#describe();
  }

  #describe(): void {
    const loudest = Math.max(...this.#needles.map(({ peakDbfs }) => peakDbfs));
    const numbers = this.#needles.map(({ peakDbfs }) => levelAsNumber(peakDbfs));
    const scaled = Math.min(0, Math.max(NUMBERS_DBFS[0] ?? 0, Math.round(loudest)));
    setAttribute(this.#meter, 'aria-valuenow', `${scaled}`);
    setAttribute(this.#meter, 'aria-valuetext', this.#known ? levelInWords(numbers) : WORDS.levelUnknown);
    write(this.#clip, WORDS.tooLoud);
  }
}
