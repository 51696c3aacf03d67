import { ask } from './ask.ts';
import { type Control, selectControl } from './controls.ts';
import { deviceOptions, type ListedDevice } from './device-words.ts';
import { make } from './dom.ts';

/** The sound cards as a list to choose from. It is made anew when somebody comes to it, since cards come and go. */
export function deviceControl(id: string): Control {
  const control = selectControl(id, []);
  const { input } = control;
  let devices: readonly ListedDevice[] = [];

  function list(present: string): void {
    const options = deviceOptions(devices, present);
    const words = options.map(([, text]) => text).join('\n');
    if ([...input.options].map(({ text }) => text).join('\n') !== words) {
      input.replaceChildren(...options.map(([value, text]) => make('option', { value }, text)));
    }
    input.value = present;
  }
  async function look(): Promise<void> {
    const answer = await ask<{ devices: readonly ListedDevice[] }>('/api/devices');
    // Without an answer the list stays as it was; what is set is in it anyway.
    if (!('value' in answer)) return;
    devices = answer.value.devices;
    list(input.value || 'auto');
  }
  input.addEventListener('focus', () => void look());
  void look();
  return { ...control, write: (raw) => list(`${raw}`) };
}
