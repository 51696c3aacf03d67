import type { LevelFact } from '../programme/levels.ts';
import type { ProgrammeState } from '../programme/state.ts';

/** What the listen page shows of the box. It is sent to all pages alike, when it changes and once a second. */
export interface PageState {
  /** Name of the feed. */
  readonly name: string;
  /** What is on: the title, or the name when there is none. */
  readonly title: string;
  readonly programme: {
    readonly state: ProgrammeState;
    /** Why it is not live. */
    readonly problem?: { readonly cause: string; readonly message: string };
    /** What the level says; only while live. */
    readonly level?: LevelFact;
    /** What plays when the input stays lost. */
    readonly fallback: 'silence' | 'tone' | 'file';
  };
  readonly source: {
    /** Absent while there is none. */
    readonly kind?: 'alsa' | 'demo' | 'file';
    /** The configured source: `auto`, `alsa`, `demo` or `file:PATH`. */
    readonly wanted: string;
  };
  /** How many listen. */
  readonly listeners: number;
  /** What other players may use, best known first. */
  readonly formats: readonly { readonly id: string; readonly path: string; readonly description: string }[];
  /** Addresses under which the box can be opened: by name first, then by number. Each ends with `/`. */
  readonly addresses: readonly string[];
}
