import type { MixerChange, MixerControl } from '../desk/contract.ts';

const KEYS = ['name', 'index', 'gain', 'on', 'option'];
const EXPECTED =
  'Expected {"name": "...", "index": 0} and what is to be changed: "gain", "on" or "option", with nothing besides.';

/** A change that the controls allow, or why they do not, each fault a sentence. */
export type CheckedChange =
  | { readonly change: MixerChange; readonly faults?: undefined }
  | { readonly faults: readonly string[] };

/** Judges what somebody wants to change (anything at all) against the controls that there are. */
export function checkChange(wish: unknown, controls: readonly MixerControl[]): CheckedChange {
  if (typeof wish !== 'object' || wish === null || Array.isArray(wish)) return { faults: [EXPECTED] };
  if (Object.keys(wish).some((key) => !KEYS.includes(key))) return { faults: [EXPECTED] };
  const { name, index, gain, on, option } = wish as { readonly [key: string]: unknown };
  if (typeof name !== 'string' || !isWhole(index, 0, Number.MAX_SAFE_INTEGER)) return { faults: [EXPECTED] };
  const control = controls.find((one) => one.name === name && one.index === index);
  if (!control) return { faults: [`The card has no control "${name}" with the index ${index}.`] };
  if (gain === undefined && on === undefined && option === undefined) return { faults: [EXPECTED] };
  const faults = [gainFault(control, gain), switchFault(control, on), optionFault(control, option)].filter(
    (fault) => fault !== undefined,
  );
  return faults.length > 0 ? { faults } : { change: wish as MixerChange };
}

function gainFault({ name, gain }: MixerControl, wanted: unknown): string | undefined {
  if (wanted === undefined) return undefined;
  if (!gain) return `"${name}" has no gain.`;
  if (isWhole(wanted, gain.min, gain.max)) return undefined;
  return `The gain of "${name}" must be a whole number from ${gain.min} to ${gain.max}.`;
}

function switchFault({ name, on }: MixerControl, wanted: unknown): string | undefined {
  if (wanted === undefined) return undefined;
  if (on === undefined) return `"${name}" cannot be switched on or off.`;
  return typeof wanted === 'boolean' ? undefined : `"${name}" can be switched on (true) or off (false).`;
}

function optionFault({ name, options }: MixerControl, wanted: unknown): string | undefined {
  if (wanted === undefined) return undefined;
  if (!options) return `"${name}" has no choice.`;
  if (isWhole(wanted, 0, options.length - 1)) return undefined;
  const list = options.map((option, at) => `${at} (${option})`).join(', ');
  return `The option of "${name}" must be one of ${list}.`;
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}
