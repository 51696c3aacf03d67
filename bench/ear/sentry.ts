import { monotonicMs } from '../../src/pcm.ts';

/** How often it wants to run, and from how much later on it speaks, ms: a loudspeaker's buffer is not much longer. */
const EVERY_MS = 2;
const LATE_MS = 10;

let lastMs = monotonicMs();
setInterval(() => {
  const nowMs = monotonicMs();
  if (nowMs - lastMs > LATE_MS) console.log(`${nowMs} ${nowMs - lastMs}`);
  lastMs = nowMs;
}, EVERY_MS);
