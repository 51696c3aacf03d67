import { parseArgs } from 'node:util';

/** What one option can be: a whole number, a list of them, or a switch that is off unless it is named. */
export type OptionValue = number | readonly number[] | false;
/** The options that have been chosen, by their defaults. */
export type Chosen<T> = {
  [Name in keyof T]: T[Name] extends number ? number : T[Name] extends false ? boolean : number[];
};

/** Numbers that a benchmark takes from its command line, with their defaults: `--rounds 3 --listeners 10,100 --quick`. */
export function numberOptions<const T extends Record<string, OptionValue>>(defaults: T): Chosen<T> {
  try {
    return parseOptions(defaults, process.argv.slice(2));
  } catch (error) {
    const words = Object.entries(defaults).map(([name, value]) => (value === false ? name : `${name} ${value}`));
    console.error(`${(error as Error).message}\nArguments: ${words.map((word) => `[--${word}]`).join(' ')}`);
    process.exit(64);
  }
}

/** Reads the arguments of a command line. Throws when one is unknown or no whole number. */
export function parseOptions<const T extends Record<string, OptionValue>>(
  defaults: T,
  args: readonly string[],
): Chosen<T> {
  const options = Object.entries(defaults).map(([name, value]) => [
    name,
    { type: value === false ? ('boolean' as const) : ('string' as const) },
  ]);
  const { values } = parseArgs({ args: [...args], options: Object.fromEntries(options) });
  const chosen: Record<string, OptionValue | boolean> = { ...defaults };
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'string') chosen[name] = value === true;
    else if (typeof defaults[name] === 'number') chosen[name] = wholeNumber(name, value);
    else chosen[name] = value.split(',').map((part) => wholeNumber(name, part));
  }
  return chosen as Chosen<T>;
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${name} needs whole numbers, not "${text}"`);
  return Number(text);
}
