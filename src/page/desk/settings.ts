import type { Settings } from '../../desk/contract.ts';
import { ask, type Refusal } from './ask.ts';
import { byId, make, sayMiss, setText } from './dom.ts';
import { type Changes, Draft } from './draft.ts';
import { type FieldView, makeField } from './field-view.ts';
import { type Group, groupFields } from './groups.ts';
import { placeFaults } from './placing.ts';
import { count } from './units.ts';

/** Told of what the settings are. */
export type OnSettings = (settings: Settings) => void;

const draft = new Draft();
const views = new Map<string, FieldView>();
const form = byId<HTMLFormElement>('settings-form');
const said = byId('save-said');
const discard = byId<HTMLButtonElement>('discard');
const submit = byId<HTMLButtonElement>('save');
let onSettings: OnSettings | undefined;
let latest: Settings | undefined;
let shape = '';
let saving = false;

/** Lets the person save and discard. `tell` is called with every news of the settings. */
export function startSettings(tell: OnSettings): void {
  onSettings = tell;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!saving && draft.size > 0) void save();
  });
  discard.addEventListener('click', () => {
    draft.discard();
    refuse(new Map());
    if (latest) showSettings(latest);
    say('Discarded.');
  });
  window.addEventListener('beforeunload', (event) => {
    if (draft.size === 0) return;
    event.preventDefault();
    event.returnValue = true; // What older browsers want.
  });
}

/** Shows the settings as the box has them. What is being typed stays. */
export function showSettings(settings: Settings): void {
  // What was asked for before a change was saved is older than that change.
  if (saving) return;
  const { fields, file, problem, waiting } = settings;
  latest = settings;
  sayMiss('settings', problem ? `Nothing can be changed here: ${problem}` : '');
  setText(byId('settings-file'), file ? `Written to ${file}. Its comments stay.` : '');
  draft.take(fields);
  const newShape = JSON.stringify(fields.map(({ name, kind, choices }) => [name, kind, choices]));
  if (newShape !== shape) {
    shape = newShape;
    build(settings);
  }
  for (const field of fields) {
    views.get(field.name)?.show(field, { waiting: waiting.includes(field.name), locked: problem !== undefined });
  }
  showButtons();
  onSettings?.(settings);
}

function build({ fields }: Settings): void {
  views.clear();
  for (const field of fields) views.set(field.name, makeField(field, draft, onTyped));
  const { everyday, seldom } = groupFields(fields);
  byId('everyday').replaceChildren(
    ...everyday.map((group) =>
      make(
        'fieldset',
        { id: `group-${group.id}`, class: 'sheet group' },
        make('legend', {}, group.title),
        ...rows(group),
      ),
    ),
  );
  byId('seldom').replaceChildren(
    ...seldom.map((group) => {
      const fieldset = make('fieldset', { class: 'group', 'aria-label': group.title }, ...rows(group));
      return make('details', { class: 'sheet' }, make('summary', {}, group.title), fieldset);
    }),
  );
}

const rows = ({ fields }: Group) => fields.flatMap(({ name }) => views.get(name)?.element ?? []);

async function save(): Promise<void> {
  const { values, faults } = draft.changes();
  if (faults.size > 0) return showRefused(faults, []);
  saving = true;
  showButtons();
  say('Saving…');
  const answer = await ask<Settings>('/api/settings', { method: 'PUT', body: values });
  saving = false;
  if (!('value' in answer)) return showRefusal(answer, Object.keys(values));
  draft.saved(values);
  refuse(new Map());
  showSettings(answer.value);
  const waits = Object.keys(values).some((name) => answer.value.waiting.includes(name));
  say(waits ? 'Saved. Some of it takes effect after a restart.' : 'Saved.');
}

function showRefusal(refusal: Refusal, changed: readonly string[]): void {
  const { byName, others } = placeFaults(refusal.faults, [...views.keys()], changed);
  showRefused(byName, others);
}

/** Says what was refused, and goes to the first field of these. What was typed stays as it is. */
function showRefused(faults: Changes['faults'], others: readonly string[]): void {
  refuse(faults);
  const some = faults.size > 0 ? [`${count(faults.size, 'value is', 'values are')} not possible, see there.`] : [];
  showButtons();
  say(['Nothing was saved.', ...some, ...others].join(' '));
  [...views].find(([name]) => faults.has(name))?.[1].focus();
}

function refuse(faults: Changes['faults']): void {
  for (const [name, view] of views) view.refuse(faults.get(name));
}

function onTyped(): void {
  showButtons();
  say(draft.size === 0 ? '' : `${count(draft.size, 'change', 'changes')} not saved yet.`);
}

function showButtons(): void {
  const nothing = draft.size === 0;
  // A button that goes takes the focus with it; the words beside it take that over.
  if (nothing && (document.activeElement === submit || document.activeElement === discard)) said.focus();
  submit.hidden = nothing;
  discard.hidden = nothing;
  discard.disabled = saving;
  byId('save-bar').classList.toggle('idle', nothing);
}

function say(words: string): void {
  setText(said, words);
}
