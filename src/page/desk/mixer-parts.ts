import type { MixerChange, MixerControl } from '../../desk/contract.ts';
import { make, setAttribute, setText } from './dom.ts';
import { gainHelp, gainWords, stepOf } from './gain.ts';

/** One thing of a control that can be moved. */
export interface Part {
  readonly element: HTMLElement;
  show(control: MixerControl): void;
}

type Change = Pick<MixerChange, 'gain' | 'on' | 'option'>;

/** Makes what a control has: a slider, a switch, a choice. `change` is called while they are moved. */
export function makeParts(control: MixerControl, id: string, change: (change: Change) => void): Part[] {
  return [
    ...(control.gain ? [gainPart(`${id}-gain`, change)] : []),
    ...(control.on === undefined ? [] : [switchPart(`${id}-on`, change)]),
    ...(control.options ? [optionPart(`${id}-option`, control.options, change)] : []),
  ];
}

function gainPart(id: string, change: (change: Change) => void): Part {
  const slider = make('input', { id, type: 'range', step: '1', 'aria-describedby': `${id}-help` });
  const value = make('output', { for: id, class: 'figure', 'aria-live': 'off' });
  const help = make('p', { class: 'help', id: `${id}-help` });
  const label = make('label', { for: id, class: 'unseen' }, 'Gain');
  let known: MixerControl['gain'];
  const showStep = (step: number) => {
    const words = known ? gainWords(known, step) : '';
    setText(value, words);
    setAttribute(slider, 'aria-valuetext', words);
  };
  slider.addEventListener('input', () => {
    showStep(Number(slider.value));
    change({ gain: Number(slider.value) });
  });
  return {
    element: make('div', { class: 'gain' }, label, make('div', { class: 'row' }, slider, value), help),
    show({ gain }) {
      if (!gain) return;
      known = gain;
      setAttribute(slider, 'min', `${gain.min}`);
      setAttribute(slider, 'max', `${gain.max}`);
      slider.value = `${stepOf(gain)}`;
      showStep(stepOf(gain));
      setText(help, gainHelp(gain));
    },
  };
}

function switchPart(id: string, change: (change: Change) => void): Part {
  const box = make('input', { id, type: 'checkbox' });
  box.addEventListener('input', () => change({ on: box.checked }));
  return {
    element: make('div', { class: 'check' }, box, make('label', { for: id }, 'Takes sound in')),
    show({ on }) {
      box.checked = on ?? false;
    },
  };
}

function optionPart(id: string, options: readonly string[], change: (change: Change) => void): Part {
  const select = make('select', { id }, ...options.map((option, at) => make('option', { value: `${at}` }, option)));
  select.addEventListener('input', () => change({ option: Number(select.value) }));
  return {
    element: make('div', { class: 'pick' }, make('label', { for: id }, 'Set to'), select),
    show({ option }) {
      select.value = `${option ?? ''}`;
    },
  };
}
