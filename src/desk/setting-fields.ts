import type { Overrides } from '../config/config.ts';
import { keysOf } from '../config/config.ts';
import { type Config, configSchema } from '../config/schema.ts';
import type { SettingField } from './contract.ts';

type Section = Exclude<keyof Config, 'push'>;

/** What the desk may change: whole sections, and nothing secret of them. How the box is reached stays with its owner. */
const SECTIONS = [
  'station',
  'input',
  'programme',
  'mp3',
  'opus',
  'flac',
  'wav',
  'listeners',
  'log',
] as const satisfies Section[];

type Plain = Pick<SettingField, 'name' | 'preset' | 'help' | 'expects' | 'kind' | 'unit' | 'choices' | 'min' | 'max'>;

/** Every key that the desk may change, in the order of the configuration, without its value. */
export const SETTINGS: readonly Plain[] = SECTIONS.flatMap((section) => {
  const presets: Record<string, unknown> = configSchema.parse({})[section];
  return keysOf(section).flatMap(([key, { help, expects, kind, unit = '', choices, range, secret }]) => {
    if (secret || kind === undefined) return [];
    const preset = presets[key] as SettingField['preset'];
    return [{ name: `${section}.${key}`, preset, help, expects, kind, unit, ...(choices && { choices }), ...range }];
  });
});

/** The value of a key by its name. */
export function settingIn(config: Config | Overrides, name: string): SettingField['value'] | undefined {
  const [section = '', key = ''] = name.split('.');
  return (config as Record<string, Record<string, SettingField['value'] | undefined>>)[section]?.[key];
}
