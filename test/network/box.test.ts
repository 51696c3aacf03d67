/** The whole box behind a link: what its status and its metrics say is what the link did. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAIN } from '../support/box.ts';
import { type Running, until } from '../support/processes.ts';
import { kernelViews } from './kernel-view.ts';
import { ADDRESSES, type Link, type Side } from './link.ts';
import { linkTest } from './link-test.ts';

const PORT = 8000;
const BACKLOG_MS = 2500;
const DELAY_MS = 40;
const CONFIG = `
[input]
source = "demo"
[listeners]
backlog_ms = ${BACKLOG_MS}
`;

/** The part of the status that is looked at here. */
interface BoxStatus {
  formats: { id: string; listeners: { behindMs: number; retransmits: number; rttMs: number }[] }[];
  listeners: {
    removed: Record<string, number>;
    dropped: {
      format: string;
      reason: string;
      at: string;
      connectedS: number;
      behindMs: number;
      retransmits: number;
    }[];
  };
}

linkTest('status and metrics of the box say what the link did to a listener of MP3', async (t, link) => {
  await startBox(link);
  await link.delay(DELAY_MS);
  const other = listen(link, 'near');
  listen(link, 'far');

  // 1. The round trip. The one on the near side has none to speak of.
  await until('the round trip of one of two is that of the link', async () => {
    const all = await mp3Listeners(link);
    return (all.length === 2 && all[1] !== undefined && all[1].rttMs >= 2 * DELAY_MS) || all;
  });
  const worst = { near: 0, far: 0 };
  for (let sample = 0; sample < 20; sample += 1) {
    const [near, far] = await mp3Listeners(link);
    worst.near = Math.max(worst.near, near?.behindMs ?? Infinity);
    worst.far = Math.max(worst.far, far?.behindMs ?? Infinity);
  }
  t.log({ worstBehindMs: worst });
  t.true(worst.far >= DELAY_MS, 'no chunk is there sooner');
  t.true(worst.far < BACKLOG_MS / 4, 'and none is much later');
  t.true(worst.near < worst.far);

  // 2. What was sent again.
  await link.loss(20);
  await until('10 segments were dropped', async () => (await link.counts()).toFar.droppedSegments >= 10 || 'too few');
  await link.loss(0);
  await until('retransmits is what the relay and ss have seen', async () => {
    const said = (await mp3Listeners(link))[1]?.retransmits;
    const seen = (await link.counts()).toFar.retransmittedSegments;
    const views = await kernelViews(link, 'near', PORT);
    const ss = Math.max(...views.map(({ retransmits }) => retransmits));
    return (said === seen && said === ss) || { said, seen, ss };
  });

  // 3. The cut, when the listener has got over the losses.
  await sleep(1500);
  await link.cut();
  await until('somebody is dropped', async () => (await statusOf(link)).listeners.dropped.length > 0 || 'nobody');
  const { dropped, removed } = (await statusOf(link)).listeners;
  const { toFar } = await link.counts();
  t.log(dropped, removed, toFar);
  t.deepEqual([dropped[0]?.format, dropped[0]?.reason, removed['half-open']], ['mp3', 'half-open', 1]);
  t.true((dropped[0]?.behindMs ?? 0) > BACKLOG_MS);
  t.is(dropped[0]?.retransmits, toFar.retransmittedSegments);
  t.regex(dropped[0]?.at ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  t.regex(await get(link, '/metrics'), /^boardfeed_listeners_removed\S*\{format="mp3",reason="half-open"\} 1$/m);
  t.is((await mp3Listeners(link)).length, 1);
  t.is(other.child.exitCode, null, 'the other one still listens');
});

async function startBox(link: Link): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'boardfeed-link-'));
  const config = join(folder, 'boardfeed.toml');
  writeFileSync(config, CONFIG);
  const args = [MAIN, '--config', config, '--host', '0.0.0.0', '--port', `${PORT}`];
  const box = link.run('near', process.execPath, args);
  box.child.once('exit', () => rmSync(folder, { recursive: true }));
  await until('the box is on air', () => box.output().includes('on air; open') || box.output());
}

/** Nothing is kept of what is heard, and curl reads as fast as it comes. */
function listen(link: Link, side: Side): Running {
  const host = side === 'near' ? '127.0.0.1' : ADDRESSES.near;
  return link.run(side, 'curl', ['--silent', '--output', '/dev/null', `http://${host}:${PORT}/stream.mp3`]);
}

async function get(link: Link, path: string): Promise<string> {
  const curl = link.run('near', 'curl', ['--silent', '--max-time', '5', `http://127.0.0.1:${PORT}${path}`]);
  await once(curl.child, 'close');
  return curl.output();
}

async function statusOf(link: Link): Promise<BoxStatus> {
  return JSON.parse(await get(link, '/api/status'));
}

/** In the order of their round trips. */
async function mp3Listeners(link: Link): Promise<BoxStatus['formats'][number]['listeners']> {
  const { formats } = await statusOf(link);
  const found = formats.find(({ id }) => id === 'mp3')?.listeners ?? [];
  return found.toSorted((one, other) => one.rttMs - other.rttMs);
}
