import type { Config } from '../config/schema.ts';
import { type CaptureOptions, native } from '../native.ts';
import type { PcmFormat } from '../pcm.ts';
import { AlsaSource } from './alsa-source.ts';
import { demoSignal } from './demo-signal.ts';
import { type Device, hasCaptureNode, listDevices, pickDevice } from './devices.ts';
import { LoopSource } from './loop-source.ts';
import { type Source, SourceUnavailable } from './source.ts';

/** Longest sound file that is taken, in seconds: it is decoded beforehand and kept in memory, 23 MB a minute. */
export const MAX_FILE_SECONDS = 600;
/** No period for this long and the card has stalled. */
const STALL_MS = 500;
/** What the ring holds while the event loop is busy. */
const RING_MS = 1000;
/** How often the demo signal looks whether a card has been plugged in. */
const CARD_WATCH_MS = 1000;

/** Which source is wanted, and how a device is opened. */
export interface SourceOptions {
  /** `auto`, `alsa`, `demo` or `file:PATH`. */
  source: string;
  /** `auto`, `usb:PORT` or an ALSA name. */
  device: string;
  channels: number[];
  periodMs: number;
  bufferMs: number;
}

/** The same as it is configured. */
export function sourceOptions({ source, device, channels, period_ms, buffer_ms }: Config['input']): SourceOptions {
  return { source, device, channels, periodMs: period_ms, bufferMs: buffer_ms };
}

/** What is asked of the machine's cards. */
export interface Cards {
  hasCaptureNode(): boolean;
  listDevices(): Promise<Device[]>;
}

const CARDS: Cards = { hasCaptureNode, listDevices };

/**
 * Makes sources one after the other, each time after what is there at that moment. `auto` takes the card, or the demo signal as
 * long as there has never been a card: once the box has been used with one, its loss must not start music.
 *
 * @param memory whether there has been a card, for all makers of one box
 */
export function sourceMaker(
  options: SourceOptions,
  format: PcmFormat,
  cards = CARDS,
  memory = { hadCard: false },
): () => Promise<Source> {
  const alsa = async () => {
    const device = await findDevice(options.device, cards);
    if (device) memory.hadCard = true;
    return device ? new AlsaSource(captureOptions(options, device, format.rateHz)) : undefined;
  };
  if (options.source.startsWith('file:')) return () => fileSource(options.source.slice('file:'.length), format);
  if (options.source === 'demo') return async () => demoSource(format);
  return async () => {
    const source = await alsa();
    if (source) return source;
    if (options.source === 'auto' && !memory.hadCard) return untilCard(demoSource(format), options.device, cards);
    throw new SourceUnavailable({ cause: 'absent', message: absentMessage(options.device) });
  };
}

/**
 * The rate of the programme: the preferred one unless the card that is there now does not offer it. It stays for
 * the life of the programme; a card that comes later is converted by alsa-lib if it must.
 */
export async function chooseRateHz(options: SourceOptions, preferredHz: number): Promise<number> {
  if (options.source !== 'auto' && options.source !== 'alsa') return preferredHz;
  try {
    const device = await findDevice(options.device, CARDS);
    if (!device) return preferredHz;
    const { ratesHz } = await native.probeDevice(device);
    if (ratesHz.length === 0 || ratesHz.includes(preferredHz)) return preferredHz;
    return ratesHz.includes(48000) ? 48000 : (ratesHz[0] ?? preferredHz);
  } catch {
    return preferredHz; // It cannot be asked now; the supervisor will say why when it opens it.
  }
}

/** Reads a sound file into memory. Rejects with `SourceUnavailable` when it cannot be used. */
export async function readSoundFile(path: string, { rateHz, channels }: PcmFormat): Promise<Float32Array> {
  try {
    return await native.readSoundFile(path, rateHz, channels, MAX_FILE_SECONDS);
  } catch (error) {
    throw new SourceUnavailable({ cause: 'file', message: (error as Error).message });
  }
}

/** The device that is wanted, if it is there. Rejects with `SourceUnavailable` when the cards cannot be listed. */
async function findDevice(wanted: string, { listDevices }: Cards): Promise<string | undefined> {
  if (wanted !== 'auto' && !wanted.startsWith('usb:')) return wanted;
  try {
    return pickDevice(wanted, await listDevices());
  } catch (error) {
    throw new SourceUnavailable({ cause: 'failed', message: (error as Error).message });
  }
}

function captureOptions(options: SourceOptions, device: string, rateHz: number): CaptureOptions {
  const { channels, periodMs, bufferMs } = options;
  return { device, rateHz, channels, periodMs, bufferMs, stallMs: STALL_MS, ringMs: RING_MS, convertRate: true };
}

async function fileSource(path: string, format: PcmFormat): Promise<Source> {
  return new LoopSource('file', path, await readSoundFile(path, format), format);
}

function demoSource(format: PcmFormat): Source {
  return new LoopSource('demo', 'demo signal', demoSignal(format), format);
}

/** Ends the demo signal when a card that `auto` would take has been plugged in. */
function untilCard(demo: Source, device: string, cards: Cards): Source {
  let timer: NodeJS.Timeout | undefined;
  const close = () => {
    clearTimeout(timer);
    timer = undefined;
    demo.close();
  };
  return {
    kind: demo.kind,
    name: demo.name,
    facts: () => demo.facts(),
    close,
    start(sink) {
      const look = async () => {
        const found = cards.hasCaptureNode() && (await findDevice(device, cards).catch(() => undefined)); // Asked again soon.
        if (!timer) return;
        if (found) {
          close();
          sink.ended({ cause: 'card found', message: 'a sound card has been plugged in' });
        } else timer = setTimeout(look, CARD_WATCH_MS);
      };
      demo.start(sink);
      timer = setTimeout(look, CARD_WATCH_MS);
    },
  };
}

function absentMessage(device: string): string {
  if (device === 'auto') return 'no capture card is plugged in';
  return `no capture card is plugged into the USB port ${device.slice('usb:'.length)}`;
}
