import type { Greeting } from '../../live/message.ts';

/** Turns the sound of pieces into samples: one signal a channel. */
export interface Decoder {
  /** The samples of each piece reach `onSound` in the order of the pieces, with the piece's `atMs`. */
  decode(sound: Uint8Array, atMs: number): void;
  close(): void;
}

export type OnSound = (channels: Float32Array<ArrayBuffer>[], atMs: number) => void;

const OPUS_RATE_HZ = 48_000;

/** The decoder for what the greeting announces: the browser's own where it has one, else WebAssembly. */
export async function openDecoder(greeting: Greeting, onSound: OnSound): Promise<Decoder> {
  if (greeting.sound !== 'opus') return pcmDecoder(greeting, onSound);
  return (await openWebCodecs(greeting, onSound)) ?? openWasm(greeting, onSound);
}

function pcmDecoder({ channels }: Greeting, onSound: OnSound): Decoder {
  return {
    decode(sound, atMs) {
      const frames = Math.floor(sound.length / 2 / channels);
      const view = new DataView(sound.buffer, sound.byteOffset);
      onSound(
        Array.from({ length: channels }, (_, channel) =>
          Float32Array.from(
            { length: frames },
            (_, frame) => view.getInt16(2 * (frame * channels + channel), true) / 32_768,
          ),
        ),
        atMs,
      );
    },
    close() {},
  };
}

/** WebCodecs; undefined where there is none, as over plain http, or none for Opus. */
async function openWebCodecs({ channels }: Greeting, onSound: OnSound): Promise<Decoder | undefined> {
  const config = { codec: 'opus', sampleRate: OPUS_RATE_HZ, numberOfChannels: channels };
  if (typeof AudioDecoder === 'undefined') return undefined;
  const { supported } = await AudioDecoder.isConfigSupported(config).catch(() => ({ supported: false }));
  if (!supported) return undefined;
  const waiting: number[] = [];
  let spare: Decoder | undefined;
  const decoder = new AudioDecoder({
    output(data) {
      const atMs = waiting.shift() ?? 0;
      const signals = Array.from({ length: data.numberOfChannels }, (_, planeIndex) => {
        const signal = new Float32Array(data.numberOfFrames);
        data.copyTo(signal, { planeIndex, format: 'f32-planar' });
        return signal;
      });
      data.close();
      onSound(signals, atMs);
    },
    // It is closed now. WebAssembly takes over.
    error: () => void openWasm({ channels }, onSound).then((wasm) => (spare = wasm)),
  });
  decoder.configure(config);
  return {
    decode(data, atMs) {
      if (decoder.state === 'configured') {
        waiting.push(atMs);
        decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: atMs * 1000, data }));
      } else spare?.decode(data, atMs);
    },
    close() {
      if (decoder.state !== 'closed') decoder.close();
      spare?.close();
    },
  };
}

async function openWasm({ channels }: Pick<Greeting, 'channels'>, onSound: OnSound): Promise<Decoder> {
  const { OpusDecoder } = await import('./opus-wasm.ts');
  const mapping = { channels, streamCount: 1, coupledStreamCount: channels - 1 };
  const decoder = new OpusDecoder({ ...mapping, channelMappingTable: channels === 2 ? [0, 1] : [0], preSkip: 0 });
  await decoder.ready;
  return {
    decode(sound, atMs) {
      const { channelData } = decoder.decodeFrame(sound);
      onSound(channelData as Float32Array<ArrayBuffer>[], atMs);
    },
    close: () => decoder.free(),
  };
}
