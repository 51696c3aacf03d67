import type { SettingField } from '../../desk/contract.ts';
import { type Control, makeControl } from './controls.ts';
import { deviceControl } from './device-control.ts';
import { make, setAttribute, setText } from './dom.ts';
import type { Draft } from './draft.ts';
import { helpOf, labelOf } from './labels.ts';
import { rawOf, valueWords } from './values.ts';

/** One field on the page. */
export interface FieldView {
  readonly element: HTMLElement;
  /** Shows what the box says and what was typed. */
  show(field: SettingField, how: { waiting: boolean; locked: boolean }): void;
  /** Says beside the field why its value was refused; undefined: it was not. */
  refuse(why: string | undefined): void;
  focus(): void;
}

/** Makes a field. `changed` is called after it has put into the draft what the person does. */
export function makeField(field: SettingField, draft: Draft, changed: () => void): FieldView {
  const { name, help, expects, kind } = field;
  const id = `set-${name}`;
  const isDevice = name === 'input.device';
  const control = isDevice ? deviceControl(id) : makeControl(field, id);
  const words = helpOf(name, help);
  // The length of a text need not be known until it is too long.
  const isPlain =
    expects.startsWith('a text of') ||
    kind === 'flag' ||
    kind === 'choice' ||
    control.input instanceof HTMLSelectElement;
  // Nobody wants the preset of a name back.
  const isFree = kind === 'text' && control.input instanceof HTMLInputElement;
  const mark = make('span', { class: 'mark' });
  const label = make('label', { for: id }, `${labelOf(name)} `);
  const about = make('p', { class: 'help', id: `${id}-help` }, isPlain ? words : `${words} Accepts ${expects}.`);
  const note = make('p', { class: 'note', id: `${id}-note` });
  const fault = make('p', { class: 'fault', id: `${id}-fault` });
  const reset = make('button', { type: 'button', class: 'plain' });
  control.input.setAttribute('aria-describedby', `${id}-fault ${id}-note ${id}-help ${id}-mark`);
  mark.id = `${id}-mark`;
  let shown = field;
  let isLocked = false;

  function showTyped(): void {
    const meanwhile = draft.meanwhile(name);
    setText(note, meanwhile === undefined ? '' : `Changed elsewhere to ${valueWords(shown, meanwhile)} meanwhile.`);
    element.classList.toggle('typed', draft.isTyped(name));
    reset.hidden = isLocked || isFree || control.read() === rawOf(shown.preset);
  }
  function take(): void {
    draft.type(name, control.read());
    showTyped();
    changed();
  }
  const parts = [make('div', { class: 'head' }, label, mark), control.element];
  if (kind === 'flag') parts.reverse();
  const element = make('div', { class: `field ${kind}` }, ...parts, fault, note, about, reset);
  element.addEventListener('input', take);
  reset.addEventListener('click', () => {
    control.write(rawOf(shown.preset));
    take();
    control.input.focus();
  });
  return {
    element,
    show(now, { waiting, locked }) {
      shown = now;
      if (control.read() !== draft.raw(name)) control.write(draft.raw(name));
      setText(mark, markWords(now, waiting));
      mark.classList.toggle('waits', waiting);
      setText(reset, `Back to ${valueWords(now, now.preset)}`);
      isLocked = locked || now.fixed === true;
      disable(control, isLocked);
      showTyped();
    },
    refuse(why) {
      setText(fault, why ?? '');
      setAttribute(control.input, 'aria-invalid', why === undefined ? undefined : 'true');
    },
    focus() {
      element.closest('details')?.setAttribute('open', '');
      control.input.focus();
    },
  };
}

function markWords({ fixed, effect }: SettingField, waiting: boolean): string {
  if (fixed) return 'set on the command line';
  if (waiting) return 'waits for a restart';
  return effect === 'restart' ? 'after a restart' : '';
}

function disable({ element, input }: Control, disabled: boolean): void {
  input.disabled = disabled;
  for (const other of element.querySelectorAll('input')) other.disabled = disabled;
}
