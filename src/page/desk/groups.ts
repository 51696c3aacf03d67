import type { SettingField } from '../../desk/contract.ts';

/** Fields under a common head. */
export interface Group {
  /** Part of its id on the page, for those that have one. */
  readonly id?: string;
  readonly title: string;
  readonly fields: readonly SettingField[];
}

/** What is changed in everyday life. */
const EVERYDAY: readonly { id: string; title: string; names: readonly string[] }[] = [
  { id: 'name', title: 'Name and title', names: ['station.name', 'station.title'] },
  { id: 'input', title: 'Input', names: ['input.device', 'programme.fallback'] },
  {
    id: 'formats',
    title: 'Formats',
    names: [
      ...['mp3.enabled', 'mp3.bitrate_kbps', 'opus.enabled', 'opus.bitrate_kbps'],
      ...['flac.enabled', 'flac.bits', 'wav.enabled', 'wav.bits'],
    ],
  },
];

const INPUT = 'More about the input';
const FORMATS = 'More about the formats';
const PANEL = 'Lamp and button';
const OTHERS = 'Everything else';

/** Where the rest goes, by section of the configuration. */
const SUBJECTS: Readonly<Record<string, string>> = {
  station: 'More about the feed',
  input: INPUT,
  programme: INPUT,
  mp3: FORMATS,
  opus: FORMATS,
  flac: FORMATS,
  wav: FORMATS,
  listeners: 'Limits for listeners',
  health: 'Health of the box',
  led: PANEL,
  button: PANEL,
};

/** Sorts the fields: what is needed every day, then the rest by subject. Each is in one group; what nobody knows is in the last. */
export function groupFields(fields: readonly SettingField[]): { everyday: Group[]; seldom: Group[] } {
  const everyday = EVERYDAY.map(({ id, title, names }) => ({
    ...{ id, title },
    fields: names.flatMap((name) => fields.find((field) => field.name === name) ?? []),
  }));
  const taken = new Set(everyday.flatMap(({ fields: own }) => own));
  const rest = fields.filter((field) => !taken.has(field));
  const subjectOf = ({ name }: SettingField) => SUBJECTS[name.slice(0, name.indexOf('.'))] ?? OTHERS;
  const seldom = [...new Set([...Object.values(SUBJECTS), OTHERS])].map((title) => ({
    title,
    fields: rest.filter((field) => subjectOf(field) === title),
  }));
  const used = ({ fields: own }: Group) => own.length > 0;
  return { everyday: everyday.filter(used), seldom: seldom.filter(used) };
}
