import { IcyReader } from '../../test/support/icy-reader.ts';
import type { Joined } from './join.ts';
import { type Received, readerOf } from './received.ts';

/** Blocks of the programme, ms. */
const BLOCK_MS = 10;
/** How unevenly a busy machine may have made the chunks that a burst consists of, ms. */
const UNEVEN_MS = 200;

/** What the judgement of a listener needs to know of the box. */
export interface BoxFacts {
  readonly rateHz: number;
  /** What is sent at once to who does not ask, ms. */
  readonly burstMs: number;
  /** How long chunks are held back to travel together, ms. */
  readonly coalesceMs: number;
  /** Sound between two titles (ICY), in samples. */
  readonly metaSamples: number;
}

/** What is to be said of one listener, before any decoder was asked. */
export interface Judgement {
  received: Received | undefined;
  /** By how much the sound is longer than the time listened, as far as the clock can tell, in samples. */
  offSamples: number;
  faults: string[];
}

/**
 * Whether a listener received what it should: from the first byte on whole frames, as many as there was time, and all of them as the
 * format's reference listener received them.
 *
 * @param reference all sound of a listener who was there all the time; undefined when nobody was
 */
export function judge(joined: Joined, box: BoxFacts, reference: Buffer | undefined): Judgement {
  const { plan, asked, joined: began, left } = joined;
  try {
    const format = readerOf(plan.format);
    const { sound, openingBytes } = withoutTitles(joined);
    const received = format.read(sound);
    // From here on, samples are the programme's.
    const inProgramme = (samples: number) => Math.round((samples * box.rateHz) / format.sentHz(box.rateHz));
    const openingSamples = inProgramme(received.samplesWithin(openingBytes));
    const frameSamples = inProgramme(format.frameSamples(box.rateHz));
    const faults: string[] = [];
    const samplesIn = (ms: number) => (ms / 1000) * box.rateHz;
    // The clock goes on by whole blocks, and stands still for as long as chunks are held back.
    const step = samplesIn(BLOCK_MS + box.coalesceMs);

    const live = inProgramme(received.samples) - openingSamples;
    const [least, most] = [left.from - began.to - step, left.to - began.from + step];
    const offSamples = live < least ? live - least : Math.max(0, live - most);
    // What made the encoder start waits until its look-ahead is filled.
    const lookahead = reference ? 0 : frameSamples;
    if (offSamples > frameSamples || -offSamples > frameSamples + lookahead)
      faults.push(`${live} samples in the time of ${least} to ${most}`);

    const burst = samplesIn(plan.burstMs ?? box.burstMs);
    const waited = began.to - asked;
    const shortest = burst - frameSamples - step - samplesIn(UNEVEN_MS) - (plan.titles ? box.metaSamples : 0);
    const longest = burst + frameSamples + step + waited + (burst > 0 ? samplesIn(UNEVEN_MS) : 0);
    if (reference && openingSamples < shortest) faults.push(`began with ${openingSamples} samples, not ${burst}`);
    if (openingSamples > longest) faults.push(`began with ${openingSamples} samples, not ${burst}, after ${waited}`);

    if (plan.listenMs === undefined && received.restBytes > 0)
      faults.push(`the box left it with ${received.restBytes} bytes of a frame`);
    if (reference && !reference.includes(received.sound)) faults.push('not what the others received');
    return { received, offSamples, faults };
  } catch (error) {
    return { received: undefined, offSamples: Number.NaN, faults: [(error as Error).message] };
  }
}

/** The sound, and how much of it was there when the answer had begun, bytes. Throws when a title is not where it must be. */
function withoutTitles({ body, openingBytes, metaBytes }: Joined): { sound: Buffer; openingBytes: number } {
  if (metaBytes === undefined) return { sound: body, openingBytes };
  const sound: Buffer[] = [];
  const reader = new IcyReader(metaBytes, (piece) => sound.push(piece));
  reader.push(body.subarray(0, openingBytes));
  const soundBytes = reader.soundBytes;
  reader.push(body.subarray(openingBytes));
  return { sound: Buffer.concat(sound), openingBytes: soundBytes };
}
