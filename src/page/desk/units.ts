/*
 * Figures in words, as people read them: short, with the unit, the minus sign of typographers.
 */

/** Below this there is nothing: what ALSA and our meter say for silence differs. */
const NOTHING_DB = -120;

/** A number with so many digits after the point. */
export function figure(value: number, digits = 0): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace('-', '−');
}

/** A level: `−12.3 dBFS`. */
export function dbfs(level: number): string {
  return `${level <= NOTHING_DB ? '−∞' : figure(level, 1)} dBFS`;
}

/** A gain: `+6.0 dB`. */
export function gainDb(gain: number): string {
  if (gain <= NOTHING_DB) return '−∞ dB';
  const text = figure(gain, 1);
  return `${text.startsWith('−') || Number(text) === 0 ? '' : '+'}${text} dB`;
}

/** A time that has passed, in its two largest units: `3 h 5 min`. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 10 && s % 60 !== 0) return `${min} min ${s % 60} s`;
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 24) return min % 60 === 0 ? `${h} h` : `${h} h ${min % 60} min`;
  const days = Math.floor(h / 24);
  return `${days} ${days === 1 ? 'day' : 'days'}${h % 24 === 0 ? '' : ` ${h % 24} h`}`;
}

/** A delay: `85 ms`, `1.2 s`. */
export function delay(ms: number): string {
  return ms < 1000 ? `${figure(ms)} ms` : `${figure(ms / 1000, 1)} s`;
}

/** A size: `87 MB`, `5.2 GB`. */
export function size(bytes: number): string {
  if (bytes >= 1e9) return `${figure(bytes / 1e9, 1)} GB`;
  return bytes >= 1e6 ? `${figure(bytes / 1e6)} MB` : `${figure(bytes / 1e3)} kB`;
}

/** So many of something: `1 time`, `3 times`. */
export function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** Time of the day here: `14:05`, with seconds when asked for. */
export function clock(ms: number, seconds = false): string {
  const date = new Date(ms);
  const parts = [date.getHours(), date.getMinutes(), ...(seconds ? [date.getSeconds()] : [])];
  return parts.map((part) => `${part}`.padStart(2, '0')).join(':');
}
