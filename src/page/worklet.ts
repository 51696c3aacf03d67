import type { OutputFormat, Placed } from './sound/output.ts';
import { Playout } from './sound/playout.ts';
import { WORKLET, type WorkletPiece } from './sound/worklet-output.ts';

/*
 * The part that runs in the browser's audio thread (Web Audio API, AudioWorkletGlobalScope). TypeScript's library does not know that
 * scope.
 */
declare const sampleRate: number;
declare const currentTime: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(
  name: string,
  processor: new (options: { processorOptions: OutputFormat }) => AudioWorkletProcessor,
): void;

class PlayoutProcessor extends AudioWorkletProcessor {
  constructor({ processorOptions: format }: { processorOptions: OutputFormat }) {
    super();
    const playout = new Playout({ ...format, outRateHz: sampleRate, outChannels: 2 });
    this.port.onmessage = ({ data: { channels, atMs } }: MessageEvent<WorkletPiece>) => {
      playout.arrived(channels, currentTime * 1000);
      const placed: Placed = { atMs, endS: currentTime + playout.waitingMs / 1000, dropouts: playout.dropouts };
      this.port.postMessage(placed);
    };
    this.process = (_inputs, [out]) => {
      if (out) playout.pull(out);
      return true;
    };
  }

  /** Called by the browser for every 128 frames. */
  readonly process: (inputs: unknown, outputs: Float32Array[][]) => boolean;
}

registerProcessor(WORKLET.name, PlayoutProcessor);
