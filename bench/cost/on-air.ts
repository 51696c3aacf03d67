import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../src/pcm.ts';
import { type Box, freePort } from '../../test/support/box.ts';
import { type Running, run } from '../../test/support/processes.ts';
import type { PulseRig } from '../../test/support/pulse.ts';
import { type Listening, listen } from '../lag/listen.ts';

/** A format that is compared, with what an ffmpeg needs to do the same, and how much of it a listener should receive. */
interface ComparedFormat {
  readonly ffmpeg: readonly string[];
  /** Bounds of the bitrate, kbit/s; what varies with the sound has wide ones. */
  readonly kbps: readonly [least: number, most: number];
}

/** The formats, by the end of their address. Every codec as ffmpeg has it by default, but for the bitrate and Ogg's pages of 1 s. */
export const COMPARED = {
  mp3: { ffmpeg: ['-c:a', 'libmp3lame', '-b:a', '128k', '-f', 'mp3'], kbps: [115, 141] },
  opus: { ffmpeg: ['-c:a', 'libopus', '-b:a', '128k', '-page_duration', '20000', '-f', 'ogg'], kbps: [64, 192] },
  flac: { ffmpeg: ['-c:a', 'flac', '-sample_fmt', 's16', '-f', 'flac'], kbps: [100, 1600] },
  wav: { ffmpeg: ['-c:a', 'pcm_s16le', '-f', 'wav'], kbps: [1400, 1700] },
} as const satisfies Record<string, ComparedFormat>;
export type ComparedId = keyof typeof COMPARED;

/** A server on air with one listener for each of some formats. */
export interface OnAir {
  readonly name: string;
  readonly pid: number;
  readonly listeners: ReadonlyMap<ComparedId, Listening>;
  stop(): Promise<void>;
}

/** Joins the formats of a box. It stays on air when this stops. */
export function listenToBox(box: Box, formats: readonly ComparedId[]): Promise<OnAir> {
  return serve(
    'Boardfeed',
    box,
    formats.map((format) => [format, `${box.url}/stream.${format}`] as const),
  );
}

/** Starts an ffmpeg that captures from the mixer and serves one listener for each of the formats. */
export async function startFfmpeg(rig: PulseRig, formats: readonly ComparedId[]): Promise<OnAir> {
  const input = ['-nostdin', '-v', 'error', '-f', 'alsa', '-ac', '2', '-ar', '48000', '-i', 'mixer'];
  const urls: Array<readonly [ComparedId, string]> = [];
  for (const format of formats) urls.push([format, `http://127.0.0.1:${await freePort()}/`]);
  const outputs = urls.flatMap(([format, url]) => [...COMPARED[format].ffmpeg, '-listen', '1', url]);
  const ffmpeg = run('ffmpeg', [...input, ...outputs], { env: rig.env });
  const onAir = await serve('ffmpeg', ffmpeg, urls);
  const stop = async () => {
    await onAir.stop();
    await ffmpeg.stop();
  };
  return { ...onAir, stop };
}

/** Waits until the server takes a listener for each address; ffmpeg listens only once it has captured, at one after the other. */
async function serve(
  name: string,
  { child, output, stop }: Running,
  urls: ReadonlyArray<readonly [ComparedId, string]>,
): Promise<OnAir> {
  const endMs = monotonicMs() + 15_000;
  const join = async (url: string): Promise<Listening> => {
    for (;;) {
      try {
        return await listen(url);
      } catch (error) {
        if (child.exitCode !== null || monotonicMs() > endMs) {
          await stop();
          throw new Error(`${name}: ${(error as Error).message}\n${output()}`);
        }
        await sleep(100);
      }
    }
  };
  const listeners = new Map(await Promise.all(urls.map(async ([format, url]) => [format, await join(url)] as const)));
  const leave = async () => {
    for (const listener of listeners.values()) listener.close();
  };
  return { name, pid: child.pid ?? 0, listeners, stop: leave };
}
