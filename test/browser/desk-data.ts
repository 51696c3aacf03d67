import { keysOf } from '../../src/config/config.ts';
import { type Config, configSchema } from '../../src/config/schema.ts';
import type {
  BoxHealth,
  DeskListeners,
  LevelEntry,
  LevelHistory,
  Mixer,
  MixerChange,
  MixerControl,
  SettingChanges,
  SettingField,
  Settings,
} from '../../src/desk/contract.ts';
import type { Status } from '../../src/http/status.ts';
import type { ListedDevice } from '../../src/page/desk/device-words.ts';

/*
 * What a box in a hall says to its desk: typed by the contract, so that a drift is an error.
 */

/** What cannot be changed on the page: who is locked out could not change it back. */
const NOT_HERE: readonly string[] = ['push', 'http', 'tls'];
/** What takes effect after a restart. */
const LATER = /^(input\.rate_hz|listeners\.(stall_ms|backlog_ms|coalesce_ms|linger_s)|health\..*)$/;

/** Every setting that can be changed on the page, with the help of the schema. */
export function settings(): Settings {
  const presets = configSchema.parse({});
  const sections = Object.keys(presets) as (keyof Config)[];
  const fields = sections
    .filter((section) => !NOT_HERE.includes(section))
    .flatMap((section) =>
      keysOf(section)
        .filter(([, { secret }]) => !secret)
        .map(([key, { help, expects }]): SettingField => {
          const preset = (presets[section] as Record<string, SettingField['value']>)[key] ?? '';
          const name = `${section}.${key}`;
          return {
            ...{ name, preset, help, expects, value: preset },
            ...shapeOf(preset, expects),
            effect: LATER.test(name) ? 'restart' : 'now',
          };
        }),
    );
  return { file: '/etc/boardfeed/boardfeed.toml', fields, waiting: [] };
}

function shapeOf(
  preset: SettingField['value'],
  expects: string,
): Pick<SettingField, 'kind' | 'unit'> & Partial<SettingField> {
  if (typeof preset === 'boolean') return { kind: 'flag', unit: '' };
  if (typeof preset === 'object') return { kind: 'channels', unit: '' };
  const list = expects.match(/^one of (.+?)(?: ([^"\s]*[a-zA-Z]\S*))?$/);
  if (list) {
    const choices = JSON.parse(`[${list[1]}]`) as (string | number)[];
    return { kind: 'choice', unit: list[2] ?? '', choices };
  }
  const range = expects.match(/number(?: of (\S+))? from (\S+) to (\S+)$/);
  if (range) return { kind: 'number', unit: range[1] ?? '', min: Number(range[2]), max: Number(range[3]) };
  return { kind: 'text', unit: '' };
}

export const devices: { devices: ListedDevice[] } = {
  devices: [
    { name: 'hw:CARD=CODEC,DEV=0', cardName: 'USB AUDIO  CODEC', deviceName: 'USB Audio', usbPath: '1-1.2' },
    { name: 'hw:CARD=Headset,DEV=0', cardName: 'Logi Headset', deviceName: 'USB Audio', usbPath: '1-1.4' },
  ],
};

export const mixer: Mixer = {
  card: 'USB AUDIO  CODEC',
  controls: [
    {
      ...{ name: 'Line', index: 0, on: true },
      gain: { min: 0, max: 46, values: [34, 34], minDb: -34.5, maxDb: 34.5, valuesDb: [16.5, 16.5] },
    },
    {
      ...{ name: 'Mic', index: 0, on: false },
      gain: { min: 0, max: 100, values: [60, 55] },
    },
    { name: 'PCM Capture Source', index: 0, options: ['Line', 'Mic', 'Stereo Mix'], option: 0 },
  ],
};

export const listeners: DeskListeners = {
  listeners: [
    {
      id: 'a',
      format: 'live opus',
      address: '192.168.1.44',
      connectedS: 5040,
      behindMs: 12,
      heardBehindMs: 92,
      dropouts: 0,
      rttMs: 4,
      retransmits: 0,
    },
    {
      id: 'b',
      format: 'live opus',
      address: '192.168.1.52',
      connectedS: 2400,
      behindMs: 31,
      heardBehindMs: 131,
      dropouts: 2,
      rttMs: 18,
      retransmits: 14,
    },
    { id: 'c', format: 'mp3', address: '192.168.1.20', connectedS: 93_600, behindMs: 8, rttMs: 1, retransmits: 0 },
    { id: 'd', format: 'mp3', address: '192.168.1.61', connectedS: 610, behindMs: 2700, rttMs: 240, retransmits: 311 },
    { id: 'e', format: 'flac', address: '192.168.1.9', connectedS: 3100, behindMs: 5, rttMs: 1, retransmits: 0 },
    {
      id: 'f',
      format: 'opus',
      address: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
      connectedS: 42,
      behindMs: 80,
      rttMs: 35,
      retransmits: 3,
    },
  ],
};

/** An hour in steps of 5 s: music and speech, a plug that was pulled, a pause, and a choir that was too loud. */
export function levels(endsAt = '2026-03-01T19:32:10.000Z'): LevelHistory {
  const entries = Array.from({ length: 720 }, (_, at): LevelEntry => {
    if (at >= 130 && at < 154) {
      return { peakDbfs: -150, rmsDbfs: -150, marks: [at < 131 ? 'lost' : 'fallback'] };
    }
    if (at >= 400 && at < 470) return { peakDbfs: -71 + (at % 3), rmsDbfs: -78, marks: at > 402 ? ['silent'] : [] };
    const swell = 9 * Math.sin(at / 37) + 5 * Math.sin(at / 3.1) + 3 * Math.sin(at * 1.7);
    const peakDbfs = Math.min(0, Math.round(10 * (-17 + swell + (at > 560 && at < 640 ? 8 : 0))) / 10);
    return { peakDbfs, rmsDbfs: Math.round(10 * (peakDbfs - 12)) / 10, marks: peakDbfs === 0 ? ['clipping'] : [] };
  });
  return { stepS: 5, endsAt, entries };
}

export const box: BoxHealth = {
  ...{
    version: '0.1.0',
    uptimeS: 187_400,
    machineUptimeS: 1_290_000,
    cpuPercent: 11.3,
    machineCpuPercent: 14.2,
    cores: 4,
  },
  memoryBytes: 94_000_000,
  machineMemory: { totalBytes: 926_000_000, availableBytes: 611_000_000 },
  disk: { path: '/', totalBytes: 7_800_000_000, freeBytes: 5_100_000_000 },
  temperatureC: 71.4,
  addresses: ['boardfeed.local', '192.168.1.80', 'fd12:3456:789a::80'],
  throttling: [],
  clockSynchronised: true,
  watchdog: { armed: true, devices: [{ identity: 'Broadcom BCM2835 Watchdog timer', active: true, timeoutS: 60 }] },
  machine: { model: 'Raspberry Pi 4 Model B Rev 1.4', system: 'Debian GNU/Linux 13' },
  capture: { xruns: 1, xrunsLastHour: 0, lostFrames: 960, clockPpm: -21.4 },
  conditions: [],
};

/** The settings after a change was taken. */
export function changed(before: Settings, changes: SettingChanges): Settings {
  const fields = before.fields.map((field) => ({ ...field, value: changes[field.name] ?? field.value }));
  const waits = fields.filter(({ name, effect }) => name in changes && effect === 'restart').map(({ name }) => name);
  return { ...before, fields, waiting: [...new Set([...before.waiting, ...waits])] };
}

/** The mixer after a change was taken. */
export function moved(before: Mixer, { name, index, gain, on, option }: MixerChange): Mixer {
  const controls = before.controls.map((control): MixerControl => {
    if (control.name !== name || control.index !== index) return control;
    const { valuesDb: _, ...scale } = control.gain ?? { min: 0, max: 0, values: [] };
    return {
      ...control,
      ...(gain !== undefined && { gain: { ...scale, values: scale.values.map(() => gain) } }),
      ...(on !== undefined && { on }),
      ...(option !== undefined && { option }),
    };
  });
  return { ...before, controls };
}

/** The box on air, with six listeners. */
export function status(): Status {
  const level = { peakDbfs: -11.3, rmsDbfs: -22.8 };
  return {
    ...{ name: 'St. Mary – Sunday service', title: 'Evensong', version: '0.1.0', uptimeS: 187_400 },
    programme: {
      ...{ state: 'live', stateMs: 3_000_000, level: 'signal', fallback: 'silence', rateHz: 48_000, channels: 2 },
      ...{
        levels: [level, { peakDbfs: -8.1, rmsDbfs: -20.2 }],
        lagMs: 12,
        framesSent: 8_995_200_000,
        framesMended: 0,
        skippedMs: 0,
      },
    },
    source: { wanted: 'auto', kind: 'alsa', name: 'hw:CARD=CODEC,DEV=0', attempts: 1 },
    formats: [],
    live: [],
    listeners: { now: 6, max: 100, maxPerAddress: 25, refused: 0, removed: {}, dropped: [] },
    pushes: [],
  };
}
