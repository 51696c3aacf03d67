import type { SettingField } from '../../desk/contract.ts';

/** A value as a control of the page holds it: text, or a tick. */
export type Raw = string | boolean;
/** A value as the box has it. */
export type Value = SettingField['value'];

/** A value as its control holds it. */
export function rawOf(value: Value): Raw {
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  return typeof value === 'number' ? `${value}` : value.join(', ');
}

/** What was typed as the box takes it, or why that cannot be. What the box alone can judge, it judges. */
export function parseRaw(field: SettingField, raw: Raw): { value: Value } | { fault: string } {
  if (typeof raw === 'boolean') return { value: raw };
  if (field.kind === 'number') return numberOf(field, raw);
  if (field.kind === 'choice') {
    const chosen = field.choices?.find((choice) => `${choice}` === raw);
    return chosen === undefined ? refuse(field) : { value: chosen };
  }
  if (field.kind === 'channels') {
    const parts = raw
      .replace(/[[\]]/g, '')
      .split(/[\s,;]+/)
      .filter((part) => part !== '');
    return parts.length > 0 && parts.every((part) => /^\d{1,9}$/.test(part))
      ? { value: parts.map(Number) }
      : refuse(field);
  }
  return { value: raw };
}

/** A number with a point or a comma, and any sign for minus. */
function numberOf(field: SettingField, raw: string): { value: Value } | { fault: string } {
  const text = raw.trim().replace('−', '-').replace(',', '.');
  const value = Number(text);
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = field;
  return text === '' || !Number.isFinite(value) || value < min || value > max ? refuse(field) : { value };
}

const refuse = ({ expects }: SettingField) => ({ fault: `Expected ${expects}.` });

/** A value in words: `on`, `128 kbit/s`, `nothing`. */
export function valueWords({ unit }: Pick<SettingField, 'unit'>, value: Value): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  const text = rawOf(value);
  return text === '' ? 'empty' : `${text}${unit === '' ? '' : ` ${unit}`}`;
}
