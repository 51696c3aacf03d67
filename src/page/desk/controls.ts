import type { SettingField } from '../../desk/contract.ts';
import { make } from './dom.ts';
import { labelOf, wordOf } from './labels.ts';
import type { Raw } from './values.ts';

/** What a field is changed with. */
export interface Control {
  readonly element: HTMLElement;
  /** What takes the label and the focus. */
  readonly input: HTMLInputElement | HTMLSelectElement;
  read(): Raw;
  write(raw: Raw): void;
}

/** Marks a value that is the path of a file. */
const FILE = 'file:';

/** Makes the control for a field, by its kind. It tells of changes by `input` events. */
export function makeControl(field: SettingField, id: string): Control {
  if (field.kind === 'flag') return flagControl(id);
  if (field.kind === 'choice') {
    const options = (field.choices ?? []).map((choice) => [`${choice}`, wordOf(field.name, `${choice}`)] as const);
    return withUnit(selectControl(id, options), field.unit);
  }
  if (field.kind === 'text' && field.expects.includes(`"${FILE}PATH"`)) return fileControl(field, id);
  return withUnit(textControl(field, id), field.unit);
}

function withUnit(control: Control, unit: string): Control {
  if (unit === '') return control;
  return { ...control, element: make('div', { class: 'row' }, control.input, make('span', { class: 'unit' }, unit)) };
}

function flagControl(id: string): Control {
  const input = make('input', { id, type: 'checkbox' });
  return {
    element: input,
    input,
    read: () => input.checked,
    write(raw) {
      input.checked = raw === true;
    },
  };
}

/** A list to choose from. What the box has is in it, whatever that is. */
export function selectControl(
  id: string,
  options: readonly (readonly [value: string, words: string])[],
): Control & { readonly input: HTMLSelectElement } {
  const input = make('select', { id }, ...options.map(([value, words]) => make('option', { value }, words)));
  return {
    element: input,
    input,
    read: () => input.value,
    write(raw) {
      const value = `${raw}`;
      if (![...input.options].some((option) => option.value === value)) input.append(make('option', { value }, value));
      input.value = value;
    },
  };
}

function textControl({ kind, min }: SettingField, id: string): Control {
  const plain = kind === 'number' && min !== undefined && min >= 0;
  const input = make('input', {
    id,
    type: 'text',
    class: kind,
    autocomplete: 'off',
    spellcheck: 'false',
    ...(plain && { inputmode: 'decimal' }),
  });
  return {
    element: input,
    input,
    read: () => input.value,
    write(raw) {
      input.value = `${raw}`;
    },
  };
}

/** One of some words, or the path of a file. */
function fileControl({ name, expects }: SettingField, id: string): Control {
  const words = [...expects.matchAll(/"([a-z]+)"/g)].map(([, word = '']) => [word, wordOf(name, word)] as const);
  const select = selectControl(id, [...words, [FILE, 'A sound file']]);
  const path = make('input', {
    type: 'text',
    'aria-label': `${labelOf(name)}: path of the sound file on the box`,
    placeholder: '/path/of/the/file',
    autocomplete: 'off',
    spellcheck: 'false',
    hidden: '',
  });
  const isFile = () => select.input.value === FILE;
  select.input.addEventListener('input', () => {
    path.hidden = !isFile();
  });
  return {
    element: make('div', { class: 'column' }, select.input, path),
    input: select.input,
    read: () => (isFile() ? `${FILE}${path.value}` : select.input.value),
    write(raw) {
      const value = `${raw}`;
      const file = value.startsWith(FILE);
      if (file) path.value = value.slice(FILE.length);
      select.write(file ? FILE : value);
      path.hidden = !file;
    },
  };
}
