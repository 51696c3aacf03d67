import { setTimeout as sleep } from 'node:timers/promises';
import { type Box, startBox } from '../../test/support/box.ts';
import { until } from '../../test/support/processes.ts';
import { judge, type SetTitle, type Sight } from './judge.ts';
import { PlainListener } from './plain.ts';
import { TitledListener } from './titled.ts';
import { STATION_NAME, titleNumber } from './titles.ts';

/** How many listen to how many titles. */
export interface AudienceOptions {
  readonly seconds: number;
  readonly joiners: number;
  /** How long a title stays at least, and at most, ms. */
  readonly titleMs: readonly [least: number, most: number];
}

/** What was seen by all together. */
export interface Seen {
  titlesSet: number;
  blocks: number;
  /** Sound that was compared with the plain listener's, bytes. */
  soundBytes: number;
  /** How often a listener saw a title that was set while it listened. */
  titlesSeen: number;
  /** The most that lay between the setting of a title and its block, in blocks. */
  worstBlocks: number;
  faults: string[];
}

const PASSWORD = 'titles';
/** The least that somebody listens, ms. */
const MIN_LISTEN_MS = 2000;

/** A box with an administrator. */
export function startTitledBox(): Promise<Box> {
  return startBox(`[station]
name = ${JSON.stringify(STATION_NAME)}
title = ${JSON.stringify(titleNumber(0).set)}
[input]
source = "demo"
[listeners]
max = 1000
max_per_address = 1000
[http]
admin_password = "${PASSWORD}"
`);
}

/** Sets the title of such a box. */
export async function setTitle(box: Box, title: string): Promise<void> {
  const answer = await fetch(`${box.url}/api/metadata`, {
    method: 'PUT',
    headers: { Authorization: `Basic ${btoa(`x:${PASSWORD}`)}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ title }),
  });
  if (!answer.ok) throw new Error(`the title was refused: ${await answer.text()}`);
}

/** Lets listeners join at random moments while titles come and go, and judges what they saw. */
export async function watchTitles({ seconds, joiners, titleMs }: AudienceOptions): Promise<Seen> {
  const box = await startTitledBox();
  const listeners: TitledListener[] = [];
  let plain: PlainListener | undefined;
  try {
    const reference = new PlainListener(box.port);
    plain = reference;
    await until('the plain listener hears', () => reference.length > 0);
    const endMs = performance.now() + seconds * 1000;
    const audience = Array.from({ length: joiners }, (_, index) => listenOnce(box, reference, index, endMs, listeners));
    const titles = await changeTitles(box, reference, titleMs, endMs);
    await Promise.all(audience);
    if (reference.ended) throw new Error(`the plain listener: ${reference.ended}`);
    return sum(listeners, titles);
  } finally {
    plain?.close();
    await box.stop();
  }
}

/** One joins at a random moment, the first at once. Every other stays to the end. */
async function listenOnce(box: Box, plain: PlainListener, index: number, endMs: number, all: TitledListener[]) {
  const spareMs = Math.max(0, endMs - performance.now() - MIN_LISTEN_MS);
  const [joinMs, stay] = index === 0 ? [0, 1] : [Math.random() * spareMs, index % 2 === 0 ? 1 : Math.random()];
  await sleep(joinMs);
  const listener = new TitledListener(box.port, plain, [undefined, 0, 500][index % 3]);
  all.push(listener);
  await sleep(MIN_LISTEN_MS + stay * Math.max(0, endMs - performance.now() - MIN_LISTEN_MS));
  await listener.leave();
}

/** Sets one title after the other until the end. */
async function changeTitles(box: Box, plain: PlainListener, [least, most]: readonly [number, number], endMs: number) {
  const titles: SetTitle[] = [{ ...titleNumber(0), from: 0, to: 0 }];
  for (;;) {
    await sleep(least + Math.random() * (most - least));
    if (performance.now() >= endMs) return titles;
    const title = titleNumber(titles.length);
    const from = plain.length;
    await setTitle(box, title.set);
    titles.push({ ...title, from, to: await plain.lengthNow() });
  }
}

function sum(listeners: readonly TitledListener[], titles: readonly SetTitle[]): Seen {
  const all: Seen = {
    titlesSet: titles.length - 1,
    blocks: 0,
    soundBytes: 0,
    titlesSeen: 0,
    worstBlocks: 0,
    faults: [],
  };
  for (const [index, listener] of listeners.entries()) {
    const { seen, worstBlocks, faults }: Sight = judge(listener, titles);
    all.blocks += listener.blocks;
    all.soundBytes += listener.end - (listener.begin ?? 0);
    all.titlesSeen += seen;
    all.worstBlocks = Math.max(all.worstBlocks, worstBlocks);
    all.faults.push(...faults.map((fault) => `listener ${index}: ${fault}`));
  }
  return all;
}
