import type { Output, OutputFormat, Placed } from './output.ts';

/** What is sent to the worklet. */
export interface WorkletPiece extends Pick<Placed, 'atMs'> {
  readonly channels: Float32Array[];
}

/** Its name, and where it is served. */
export const WORKLET = { name: 'boardfeed-playout', url: '/page/worklet.js' };

/**
 * Plays by an audio worklet: the thread that makes the sound keeps the store itself, so that a busy page cannot be heard. Browsers have
 * it in secure contexts only: https, or the box itself.
 */
export async function openWorkletOutput(
  context: AudioContext,
  destination: AudioNode,
  format: OutputFormat,
  onPlaced: (placed: Placed) => void,
): Promise<Output> {
  await context.audioWorklet.addModule(WORKLET.url);
  const node = new AudioWorkletNode(context, WORKLET.name, {
    numberOfInputs: 0,
    outputChannelCount: [2],
    processorOptions: format,
  });
  node.port.onmessage = ({ data }: MessageEvent<Placed>) => onPlaced(data);
  node.connect(destination);
  return {
    add: (channels, atMs) => {
      const piece: WorkletPiece = { channels, atMs };
      node.port.postMessage(
        piece,
        channels.map(({ buffer }) => buffer),
      );
    },
    close: () => {
      node.port.close();
      node.disconnect();
    },
  };
}
