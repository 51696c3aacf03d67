import { Fade } from '../../programme/fade.ts';
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
  let dropouts = 0;
  let closed = false;

  const begin = () => {
    pace.beginAnew();
    store.clear();
    nextFrame = Math.ceil(context.currentTime * outRateHz + (pace.targetMs / 1000) * outRateHz);
    for (const fade of fades) fade.cut();
  };

  return {
    add(signals, atMs) {
      if (closed) return;
      const { currentTime } = context;
      const slackMs = (nextFrame / outRateHz - currentTime) * 1000 - LEAD_MS;
      const isFirst = nextFrame === Number.NEGATIVE_INFINITY;
      const isDry = !isFirst && slackMs < 0;
      let excessMs = 0;
      if (isDry) {
        dropouts++;
        pace.ranDry(-slackMs);
      }
      if (isFirst || isDry) begin();
      else {
        pace.arrived(slackMs, performance.now());
        excessMs = pace.excessMs(slackMs, performance.now());
      }
      store.add(signals);
      if (excessMs > 0) {
        // What was given away already is played: a part of this piece, or all of it and of the next ones, is left out.
        store.skip(Math.round((excessMs * rateHz) / 1000));
        pace.leftOut();
        for (const fade of fades) fade.cut();
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
      if (!isDry) gain.gain.cancelScheduledValues(currentTime);
      gain.gain.setValueAtTime(1, isDry ? startS : currentTime);
      gain.gain.setValueAtTime(1, endS - FADE_OUT_S);
      gain.gain.linearRampToValueAtTime(0, endS);
      onPlaced({ atMs, endS, dropouts });
    },
    close() {
      closed = true;
      gain.disconnect();
    },
  };
}
