import { Fade } from '../../programme/fade.ts';
import { CatchUp } from './catch-up.ts';
import type { Output, OutputFormat, Placed } from './output.ts';
import { Pace } from './pace.ts';
import { Store } from './store.ts';

/** What begins sooner than this would begin too late, ms. */
const LEAD_MS = 3;
/** Should no further piece come, the sound fades out for so long, s. */
const FADE_OUT_S = 0.005;

/**
 * Plays by buffers that are each given to the browser with the moment in which they begin. It needs nothing but plain Web Audio, so
 * it works over plain http, where browsers have no audio worklet.
 */
export function openScheduledOutput(
  context: BaseAudioContext,
  destination: AudioNode,
  { channels, rateHz }: OutputFormat,
  onPlaced: (placed: Placed) => void,
): Output {
  const outRateHz = context.sampleRate;
  const pace = new Pace();
  const store = new Store(channels, rateHz, outRateHz);
  const fades = Array.from({ length: channels }, () => new Fade(outRateHz, 1));
  const gain = context.createGain();
  gain.connect(destination);
  /** Where the next buffer begins, in frames of the context's clock. */
  let nextFrame = Number.NEGATIVE_INFINITY;
  let interruptions = 0;
  let closed = false;

  const catchUp = new CatchUp();
  const cut = () => {
    for (const fade of fades) fade.cut();
  };
  const begin = () => {
    pace.beginAnew();
    store.clear();
    nextFrame = Math.ceil(context.currentTime * outRateHz + (pace.targetMs / 1000) * outRateHz);
    catchUp.done();
    cut();
  };
  /** Leaves out what comes next; returns how long that would have played, in frames of the context's clock. */
  const leaveOut = (ms: number) => {
    const waitingFrames = store.frames;
    store.skip(Math.round((ms * rateHz) / 1000));
    cut();
    return Math.round((waitingFrames - store.frames) * (outRateHz / rateHz));
  };

  return {
    add(signals, atMs) {
      if (closed) return;
      const { currentTime } = context;
      const nowMs = performance.now();
      let slackMs = (nextFrame / outRateHz - currentTime) * 1000 - LEAD_MS;
      const isFirst = nextFrame === Number.NEGATIVE_INFINITY;
      const isLate = !isFirst && slackMs < 0;
      if (isLate && !catchUp.isOn) {
        interruptions++;
        const growthMs = pace.ranDry(-slackMs);
        nextFrame += Math.round((growthMs * outRateHz) / 1000);
        slackMs += growthMs;
      }
      if (isFirst || (isLate && !catchUp.isWorthIt(nowMs))) begin();
      store.add(signals);
      if (isLate && catchUp.isOn) nextFrame += leaveOut(Math.max(0, -slackMs));
      if (!isFirst && !isLate) {
        catchUp.done();
        pace.arrived(slackMs, nowMs);
        const excessMs = pace.excessMs(slackMs, nowMs);
        if (excessMs > 0) {
          // What was given away already is played: a part of this piece, or all of it and of the next ones, is left out.
          leaveOut(excessMs);
          pace.leftOut();
          interruptions++;
        }
      }
      const step = (rateHz / outRateHz) * pace.speed;
      const frames = store.readable(step);
      if (frames === 0) return;
      const buffer = context.createBuffer(channels, frames, outRateHz);
      const out = Array.from({ length: channels }, (_, channel) => buffer.getChannelData(channel));
      store.read(out, 0, frames, step);
      out.forEach((signal, channel) => void fades[channel]?.apply(signal));
      const node = context.createBufferSource();
      node.buffer = buffer;
      node.connect(gain);
      const startS = nextFrame / outRateHz;
      node.start(startS);
      nextFrame += frames;
      const endS = nextFrame / outRateHz;
      // The last piece fades out only if this one is not its continuation.
      if (!isLate) gain.gain.cancelScheduledValues(currentTime);
      gain.gain.setValueAtTime(1, isLate ? startS : currentTime);
      gain.gain.setValueAtTime(1, endS - FADE_OUT_S);
      gain.gain.linearRampToValueAtTime(0, endS);
      onPlaced({ atMs, endS, dropouts: interruptions });
    },
    close() {
      closed = true;
      gain.disconnect();
    },
  };
}
