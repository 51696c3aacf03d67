import { keysOf } from './config.ts';
import { type Config, configSchema } from './schema.ts';

const WIDTH = 100;

/** The commented example file: every key with its default, made from the schema alone. */
export function exampleConfig(): string {
  const defaults = configSchema.parse({});
  const sections = (Object.keys(defaults) as (keyof Config)[]).map((section) => {
    const values: Record<string, unknown> = defaults[section];
    const keys = keysOf(section).map(([key, { help, expects }]) => {
      return [...comment(help), ...comment(`Accepts ${expects}.`), `# ${key} = ${toml(values[key])}`].join('\n');
    });
    return [`[${section}]`, ...keys].join('\n\n');
  });
  const head = comment(
    'Boardfeed reads this file from the directory it is started in, from /etc/boardfeed, or from where --config says. Every key is shown with its default; take away the # to change it.',
  );
  return `${[head.join('\n'), ...sections].join('\n\n')}\n`;
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
