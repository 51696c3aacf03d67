import { parseArgs } from 'node:util';

/** Numbers that a benchmark takes from its command line, with their defaults: `--rounds 3 --seconds 30`. */
export function numberOptions<Name extends string>(defaults: Record<Name, number>): Record<Name, number> {
  const names = Object.keys(defaults) as Name[];
  const usage = names.map((name) => `[--${name} ${defaults[name]}]`).join(' ');
  try {
    const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) });
    const chosen = { ...defaults };
    for (const name of names) {
      if (values[name] === undefined) continue;
      const value = Number(values[name]);
      if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} needs a whole number`);
      chosen[name] = value;
    }
    return chosen;
  } catch (error) {
    console.error(`${(error as Error).message}\nArguments: ${usage}`);
    process.exit(64);
  }
}
