/*
 * What the desk's view (`/admin`) and the box say to each other, as JSON. Every address here needs the administrator's password.
 * Refusals are `{"faults": ["..."]}`, each a sentence that stands on the page as it is.
 */

/** `GET /api/settings`; also the answer to a `PUT` that was taken. */
export interface Settings {
  /** The file that changes are written to; absent when the box runs without one and cannot make one. */
  readonly file?: string;
  /** Why changes cannot be written; then none is taken. */
  readonly problem?: string;
  /** Everything that can be changed here, in the order of the configuration. */
  readonly fields: readonly SettingField[];
  /** Names of keys whose value in the file waits for a restart. */
  readonly waiting: readonly string[];
}

/** One key of the configuration. */
export interface SettingField {
  /** `input.device` */
  readonly name: string;
  readonly value: string | number | boolean | readonly number[];
  readonly preset: string | number | boolean | readonly number[];
  readonly help: string;
  /** What is allowed, in words. */
  readonly expects: string;
  readonly kind: 'text' | 'number' | 'flag' | 'choice' | 'channels';
  readonly unit: string;
  /** For a choice. */
  readonly choices?: readonly (string | number)[];
  /** For a number. */
  readonly min?: number;
  readonly max?: number;
  /** Whether a change takes effect at once, without dropping a listener whom it does not concern. */
  readonly effect: 'now' | 'restart';
  /** Set on the command line: a change of the file would have no effect. */
  readonly fixed?: boolean;
}

/** `PUT /api/settings`: names and new values. All of them are taken, or none. */
export type SettingChanges = Readonly<Record<string, SettingField['value']>>;

/** `POST /api/restart` answers 202 with `{}`; the box then goes off air in order and comes back with its file read anew. */

/** `GET /api/mixer`; also the answer to a `PUT` that was taken. */
export interface Mixer {
  /** The card's ALSA name; absent when the present source has no mixer, which `problem` then explains. */
  readonly card?: string;
  readonly problem?: string;
  readonly controls: readonly MixerControl[];
}

/** One simple mixer element of the card that concerns capture (alsa-lib, mixer.h). */
export interface MixerControl {
  /** `Mic`, `Capture`, `Line`; several may share a name and then differ in `index`. */
  readonly name: string;
  readonly index: number;
  /** Gain: the same for all channels when written; absent when it has none. */
  readonly gain?: {
    readonly min: number;
    readonly max: number;
    /** One for each channel. */
    readonly values: readonly number[];
    /** In dB where the card knows. */
    readonly minDb?: number;
    readonly maxDb?: number;
    readonly valuesDb?: readonly number[];
  };
  /** Whether it captures; absent when it cannot be switched. */
  readonly on?: boolean;
  /** What it can be set to, and which it is; absent when there is no choice. */
  readonly options?: readonly string[];
  readonly option?: number;
}

/** `PUT /api/mixer` */
export interface MixerChange {
  readonly name: string;
  readonly index: number;
  /** In the control's own steps, from `min` to `max`. */
  readonly gain?: number;
  readonly on?: boolean;
  readonly option?: number;
}

/** `GET /api/listeners` */
export interface DeskListeners {
  readonly listeners: readonly DeskListener[];
}

export interface DeskListener {
  readonly id: string;
  /** `mp3`, `opus`, `flac`, `wav`, or `live opus`, `live pcm` for the page. */
  readonly format: string;
  readonly address: string;
  readonly connectedS: number;
  /** Age of the oldest byte that it has not taken, ms. */
  readonly behindMs: number;
  /** What its page says of what is heard, ms behind the mixer. */
  readonly heardBehindMs?: number;
  readonly dropouts?: number;
  readonly rttMs?: number;
  readonly retransmits?: number;
}

/** `GET /api/levels`: the last hour, or as much as there is, oldest first. */
export interface LevelHistory {
  /** Length of one entry, s. */
  readonly stepS: number;
  /** When the last entry ended, ISO 8601 in UTC. */
  readonly endsAt: string;
  readonly entries: readonly LevelEntry[];
}

export interface LevelEntry {
  /** Loudest sample of all channels, dBFS, and the RMS of all, in tenths. */
  readonly peakDbfs: number;
  readonly rmsDbfs: number;
  /** What happened within it. */
  readonly marks: readonly ('lost' | 'fallback' | 'silent' | 'zeros' | 'clipping')[];
}

/** `GET /api/box`: how the machine is. What it does not know is absent. */
export interface BoxHealth {
  readonly version: string;
  readonly uptimeS: number;
  readonly machineUptimeS: number;
  /** Of one core, over the last seconds, in percent. */
  readonly cpuPercent: number;
  /** Of all cores together. */
  readonly machineCpuPercent?: number;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly machineMemory?: { readonly totalBytes: number; readonly availableBytes: number };
  readonly disk?: { readonly path: string; readonly totalBytes: number; readonly freeBytes: number };
  readonly temperatureC?: number;
  /** What slows the processor down at the moment, as the firmware of a Raspberry Pi says; absent where nobody knows. */
  readonly throttling?: readonly Throttling[];
  /** Whether the time of the day has been set over the network. */
  readonly clockSynchronised?: boolean;
  /** The watchdogs of the hardware, and whether one of them resets the machine when it hangs. */
  readonly watchdog?: { readonly armed: boolean; readonly devices: readonly HardwareWatchdog[] };
  /** The board, and the system that runs on it; asked for only by the desk. */
  readonly machine?: { readonly model?: string; readonly system?: string };
  /** IP addresses under which others may reach it. */
  readonly addresses: readonly string[];
  /**
   * Xruns of the capture since its card was opened and within the last hour, frames that were lost, and how many parts per
   * million faster than its rate the card's clock runs by the clock of the machine.
   */
  readonly capture: {
    readonly xruns: number;
    readonly xrunsLastHour: number;
    readonly lostFrames: number;
    readonly clockPpm?: number;
  };
  /** What is wrong with the machine, worst first. */
  readonly conditions: readonly BoxCondition[];
}

/** Why a Raspberry Pi is slower than it could be. */
export type Throttling = 'under-voltage' | 'frequency capped' | 'throttled' | 'soft temperature limit';

/** One watchdog of the hardware (Documentation/ABI/testing/sysfs-class-watchdog). */
export interface HardwareWatchdog {
  /** `Broadcom BCM2835 Watchdog timer` */
  readonly identity: string;
  /** Whether it runs. */
  readonly active: boolean;
  readonly timeoutS?: number;
  /** Whether it goes on when whoever feeds it has closed it. */
  readonly nowayout?: boolean;
}

/** Something that is wrong with the machine. The box goes on all the same. */
export interface BoxCondition {
  readonly name: ConditionName;
  readonly words: string;
}

/** Everything that can be wrong with the machine. */
export type ConditionName =
  | 'data made anew'
  | 'under-voltage'
  | 'hot'
  | 'throttled'
  | 'many xruns'
  | 'card clock off'
  | 'memory low'
  | 'disk low'
  | 'clock not set'
  | 'watchdog not armed';
