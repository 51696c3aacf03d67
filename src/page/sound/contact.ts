import type { PieceLevel } from '../../live/message.ts';
import type { PageState } from '../../live/page-state.ts';

/** The page's contact with the box, whether it plays or not. */
export interface Contact {
  /** Told of the box's state whenever it comes, once a second at least, and of undefined as soon as the box does not answer. */
  onState: (state: PageState | undefined) => void;
  /** Told of the levels, 25 times a second or more, as they come: a moment before they are heard. */
  onLevels: (levels: readonly PieceLevel[], clipped: boolean) => void;
}
