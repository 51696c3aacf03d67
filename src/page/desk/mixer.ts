import type { Mixer, MixerChange, MixerControl } from '../../desk/contract.ts';
import { ask } from './ask.ts';
import { byId, make, sayMiss, setText } from './dom.ts';
import { makeParts } from './mixer-parts.ts';
import { newestOnly } from './newest.ts';

/** One control on the page. */
interface View {
  readonly element: HTMLElement;
  /** Shows what the box says, unless a change of it is on its way there. */
  show(control: MixerControl): void;
}

let views = new Map<string, View>();
let shape = '';

/** Shows the gain of the card. What is moved here is heard at once. */
export function showMixer({ card, problem, controls }: Mixer): void {
  const nothing = controls.length === 0 ? 'This card has no gain that can be set here. Set it on the mixer.' : '';
  sayMiss('mixer', problem ?? nothing);
  setText(byId('mixer-card'), card ?? '');
  const newShape = JSON.stringify([card, controls.map(shapeOf)]);
  if (newShape !== shape) {
    shape = newShape;
    views = new Map(controls.map((control, at) => [keyOf(control), makeView(control, `control-${at}`)]));
    byId('controls').replaceChildren(...[...views.values()].map(({ element }) => element));
  }
  for (const control of controls) views.get(keyOf(control))?.show(control);
}

const keyOf = ({ name, index }: { name: string; index: number }) => `${index} ${name}`;
/** What a control consists of: when that changes, it is made anew. */
const shapeOf = ({ name, index, gain, on, options }: MixerControl) =>
  [name, index, gain && [gain.min, gain.max], on === undefined, options] as const;

function makeView(first: MixerControl, id: string): View {
  const { name, index } = first;
  let known = first;
  const said = make('p', { class: 'said fault', role: 'status' });
  const parts = makeParts(first, id, (change) => sender.send({ name, index, ...change }));
  const showAll = () => {
    for (const part of parts) part.show(known);
  };
  const sender = newestOnly<MixerChange>(async (change, overtaken) => {
    const answer = await ask<Mixer>('/api/mixer', { method: 'PUT', body: change });
    setText(said, 'value' in answer ? '' : answer.faults.join(' '));
    if ('value' in answer) known = answer.value.controls.find((one) => keyOf(one) === keyOf(first)) ?? known;
    if (!overtaken()) showAll();
  });
  return {
    element: make(
      'fieldset',
      { class: 'control' },
      make('legend', {}, index > 0 ? `${name} ${index + 1}` : name),
      ...parts.map(({ element }) => element),
      said,
    ),
    show(control) {
      if (sender.busy()) return;
      known = control;
      showAll();
    },
  };
}
