import { bootSettings } from '../../src/boot-partition/boot-settings.ts';
import { faultLines } from '../../src/boot-partition/fault.ts';
import { GivenKeys } from '../../src/boot-partition/given-keys.ts';
import { ownSettings } from '../../src/boot-partition/own-settings.ts';
import { statementsOf } from '../../src/boot-partition/statements.ts';

/** What is taken of a text, key by key, and what is said of the rest. */
export function read(text: string) {
  const given = new GivenKeys(statementsOf(text) ?? []);
  const [boot, own] = [bootSettings(given), ownSettings(given)];
  return {
    boot: boot.settings,
    own: Object.fromEntries(own.settings.keys.map(({ name, value }) => [name, value])),
    pushes: own.settings.pushes.map(({ keys }) => keys),
    settings: own.settings,
    faults: faultLines([...given.faults, ...boot.faults, ...own.faults]),
  };
}
