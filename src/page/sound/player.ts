/** What a player is doing, in the order in which it usually happens. */
export type PlayerState =
  /** It was not asked to play, or asked to stop. */
  | 'idle'
  /** It fetches the sound, for the first time or again. */
  | 'connecting'
  /** Sound comes out. */
  | 'playing'
  /** The network or the box is too slow: it comes back by itself. */
  | 'waiting'
  /** The browser wants the listener to press the button (again). */
  | 'blocked';

/** Plays the feed: the low-delay way or the robust one. It comes back by itself whatever happens. */
export interface Player {
  readonly state: PlayerState;
  /** How far behind the mixer the listener hears, ms; undefined while unknown. */
  readonly behindMs: number | undefined;
  /** The part of it that is the browser's own output, as the browser reports it, ms. */
  readonly outputMs: number | undefined;
  /** Why it does not play, in words for people, if there is more to say than the state does: the box is full. */
  readonly problem: string | undefined;
  /** Must be called from within a click, or browsers refuse. */
  play(): void;
  stop(): void;
  /** 0 to 1. */
  setVolume(volume: number): void;
}
