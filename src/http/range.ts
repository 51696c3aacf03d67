/** How a `Range` header of a live stream is answered. */
export type RangeAnswer = { kind: 'whole' } | { kind: 'part'; from: 0; to: number };

/**
 * The length that a live stream claims where HTTP asks for one: as endless as its WAV header, and below 2^32 because clients
 * store it in that.
 */
export const CLAIMED_BYTES = 0xffffffff;

/** The start of every stream that is the same for all: what comes before the sound is nowhere shorter (FLAC's 42 bytes). */
const PROBE_BYTES = 42;
/** From this last byte on a range means all there will ever be: what iOS asks for is 2^30 bytes, less one. */
const ENDLESS_BYTES = 2 ** 30 - 2;

/**
 * A live stream has no bytes to go back to, so a range is ignored and the stream sent whole with 200 (RFC 9110, 14.2), with
 * one exception: Apple's players probe with `bytes=0-1`, then ask for a range without end in sight.
 *
 * MP3 ignores that: they play it either way, but after a 206 they ask for it without titles (icecast-kh, issue 441). A live WAV
 * they play only if it is answered with 206 (GopherTrunk, pull request 601). Opus and FLAC are for them files like WAV, and have
 * no titles of that kind to lose. Other players ask for `bytes=0-`, or for nothing.
 *
 * A range that ends somewhere in the sound is ignored, too: the stream does not end there.
 */
export function answerRange(header: string | undefined, rangeProbe: 'ignore' | 'answer'): RangeAnswer {
  const last = rangeProbe === 'answer' ? header?.match(/^bytes=0-(\d{1,15})$/)?.[1] : undefined;
  if (last === undefined) return { kind: 'whole' };
  if (Number(last) >= PROBE_BYTES && Number(last) < ENDLESS_BYTES) return { kind: 'whole' };
  return { kind: 'part', from: 0, to: Math.min(Number(last), CLAIMED_BYTES - 1) };
}
