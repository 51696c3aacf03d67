/** Who is late for so long has fallen behind for good: the way to here has become longer, or pieces are missing, ms. */
const GIVE_UP_MS = 150;

/**
 * What happens to a piece that comes when its turn has begun, or is over. After a standstill, pieces come all at once: if what is late in
 * them is left out, the last of them is in time again, the delay is what it was, and the gap is as short as it can be.
 */
export class CatchUp {
  #sinceMs: number | undefined;

  /** Whether the piece before was late, too. */
  get isOn(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** A piece is late. Returns whether what is late is to be left out; otherwise playing begins anew with this piece. */
  isWorthIt(nowMs: number): boolean {
    this.#sinceMs ??= nowMs;
    return nowMs - this.#sinceMs < GIVE_UP_MS;
  }

  /** A piece, or a part of one, is in time. */
  done(): void {
    this.#sinceMs = undefined;
  }
}
