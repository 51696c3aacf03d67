/** How a `Range` header of a live stream is answered. */
export type RangeAnswer = { kind: 'whole' } | { kind: 'part'; from: 0; to: number };

/**
 * The length that a live stream claims where HTTP asks for one: as endless as its WAV header, and below 2^32 because clients
 * store it in that.
 */
export const CLAIMED_BYTES = 0xffffffff;

/**
 * A live stream has no bytes to go back to, so a range is ignored and the stream sent whole with 200 (RFC 9110, 14.2), with
 * one exception: Apple's players probe with `bytes=0-1` and play a live WAV only if that is answered with 206. (They play MP3
 * either way, but drop the titles after a 206.) So formats that want it answer ranges that start at 0 and have an end.
 */
export function answerRange(header: string | undefined, rangeProbe: 'ignore' | 'answer'): RangeAnswer {
  const last = rangeProbe === 'answer' ? header?.match(/^bytes=0-(\d{1,15})$/)?.[1] : undefined;
  if (last === undefined) return { kind: 'whole' };
  return { kind: 'part', from: 0, to: Math.min(Number(last), CLAIMED_BYTES - 1) };
}
