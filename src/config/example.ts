import { isList, keysOf } from './config.ts';
import { type Config, configSchema } from './schema.ts';

const WIDTH = 100;

/** The commented example file: every key with its default, made from the schema alone. */
export function exampleConfig(): string {
  const defaults = configSchema.parse({});
  const sections = (Object.keys(defaults) as (keyof Config)[]).map((section) => {
    if (isList(section)) return [`# [[${section}]]`, ...keysIn(section, exampleOf(section))].join('\n\n');
    return [`[${section}]`, ...keysIn(section, defaults[section])].join('\n\n');
  });
  const head = comment(
    'Boardfeed reads this file from the directory it is started in, from /etc/boardfeed, or from where --config says. Every key is shown with its default; take away the # to change it. What stands in [[double brackets]] is not there by default: take away the # before the brackets, too, and repeat the whole for each further one.',
  );
  return `${[head.join('\n'), ...sections].join('\n\n')}\n`;
}

function keysIn(section: keyof Config, defaults: Record<string, unknown>): string[] {
  return keysOf(section).map(([key, { help, expects }]) => {
    return [...comment(help), ...comment(`Accepts ${expects}.`), `# ${key} = ${toml(defaults[key])}`].join('\n');
  });
}

/** One table of a list, with examples for the keys that have no default. */
function exampleOf(section: 'push'): Record<string, unknown> {
  const given = Object.fromEntries(keysOf(section).flatMap(([key, { example }]) => (example ? [[key, example]] : [])));
  const [table] = configSchema.parse({ [section]: [given] })[section];
  return table ?? {};
}

function toml(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : JSON.stringify(value);
}

function comment(text: string): string[] {
  const lines = ['#'];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    if (`${lines[last]} ${word}`.length > WIDTH) lines.push(`# ${word}`);
    else lines[last] += ` ${word}`;
  }
  return lines;
}
