import type { Status } from '../../http/status.ts';
import type { PieceLevel } from '../../live/message.ts';
import type { PageState } from '../../live/page-state.ts';
import type { Contact } from './contact.ts';
import type { Player, PlayerState } from './player.ts';

/** How often the box is asked for its state, ms, and how long it has to answer. */
const ASK_EVERY_MS = 1000;
const ANSWER_MS = 5000;

/** Asks the box for its status once a second. It stands in until there is the live socket. */
export class TemporaryContact implements Contact {
  onState: (state: PageState | undefined) => void = () => {};
  onLevels: (levels: readonly PieceLevel[], clipped: boolean) => void = () => {};

  constructor() {
    setTimeout(() => this.#ask(), 0);
  }

  async #ask(): Promise<void> {
    try {
      const answer = await fetch('/api/status', { signal: AbortSignal.timeout(ANSWER_MS) });
      const status = (await answer.json()) as Status & { addresses?: string[] };
      const { name, title, programme, source, listeners, formats } = status;
      this.onState({
        name,
        title,
        programme,
        source,
        listeners: listeners.now,
        formats: formats.filter(({ enabled }) => enabled),
        addresses: status.addresses ?? [],
      } as PageState);
      this.onLevels(programme.levels, programme.level === 'clipping');
    } catch {
      this.onState(undefined); // The box is off, restarting, or out of reach.
    }
    setTimeout(() => this.#ask(), ASK_EVERY_MS);
  }
}

/** Plays the address of an audio element, and fetches it anew when it breaks off. */
export class TemporaryPlayer implements Player {
  readonly #audio: HTMLAudioElement;
  readonly #address: string;
  #wanted = false;
  #again = 0;
  state: PlayerState = 'idle';
  readonly behindMs: number | undefined = undefined;
  readonly outputMs: number | undefined = undefined;
  readonly problem: string | undefined = undefined;

  constructor(audio: HTMLAudioElement) {
    this.#audio = audio;
    this.#address = audio.getAttribute('src') ?? '/stream.mp3';
    for (const event of ['ended', 'error']) audio.addEventListener(event, () => this.#retry());
    audio.addEventListener('playing', () => this.#tell('playing'));
    audio.addEventListener('waiting', () => this.#tell('waiting'));
  }

  play(): void {
    this.#wanted = true;
    this.#fetch();
  }

  stop(): void {
    this.#wanted = false;
    clearTimeout(this.#again);
    this.state = 'idle';
    this.#audio.pause();
    this.#audio.removeAttribute('src');
    this.#audio.load();
  }

  setVolume(volume: number): void {
    this.#audio.volume = volume;
  }

  #fetch(): void {
    this.state = 'connecting';
    const asked = this.#audio.getAttribute('src') ?? this.#address;
    this.#audio.src = `${asked.split('?')[0]}?${Date.now()}`;
    this.#audio.play().catch((error: DOMException) => {
      if (error.name === 'NotAllowedError') this.#tell('blocked');
      else if (error.name !== 'AbortError') this.#retry();
    });
  }

  #tell(state: PlayerState): void {
    if (this.#wanted) this.state = state;
  }

  #retry(): void {
    if (!this.#wanted) return;
    this.state = 'waiting';
    clearTimeout(this.#again);
    this.#again = window.setTimeout(() => this.#fetch(), ASK_EVERY_MS);
  }
}
