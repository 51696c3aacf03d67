import { parseArgs } from 'node:util';
import { ConfigError, type Overrides } from './config/config.ts';

/** What `boardfeed --help` prints. */
export const USAGE = `Usage: boardfeed [options]            go on air
       boardfeed devices              list the capture cards
       boardfeed check-config FILE    say what is wrong in a configuration
       boardfeed example-config       print a configuration with every key explained
       boardfeed hash-password        read a password, print its hash for the configuration
       boardfeed gpio-setup [--off]   as root: prepare status LED and button for the box; --off: LED dark
       boardfeed import-settings --from FILE --into DIR --config FILE [--default FILE]
                                      as root: take over the settings that the card's owner has written on it

Options:
  --config FILE    configuration; else ./boardfeed.toml or /etc/boardfeed/boardfeed.toml
  --source WHAT    auto, alsa, demo or file:PATH
  --device NAME    auto, usb:PORT or an ALSA name
  --host H         address to listen on
  --port N         TCP port
  --help           show this
  --version        show the version`;

/** What the command line asks for. */
export type Command =
  | { name: 'run'; config: string | undefined; overrides: Overrides }
  | { name: 'help' }
  | { name: 'version' }
  | { name: 'devices' }
  | { name: 'example-config' }
  | { name: 'hash-password' }
  | { name: 'gpio-setup'; config: string | undefined; off: boolean }
  | { name: 'import-settings'; from: string; into: string; config: string; defaults: string }
  | { name: 'rescue'; config: string; port: number | undefined }
  | { name: 'check-config'; file: string };

/** Parses the arguments behind the program's name. Throws `ConfigError` when they are wrong. */
export function parseArguments(args: string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { name: 'help' };
  if (values.version) return { name: 'version' };
  const [name, file, ...rest] = positionals;
  const { config, off = false } = values;
  if (name === 'gpio-setup' && file === undefined) return { name, config, off };
  if (off) throw new ConfigError(['--off: only gpio-setup knows it (see --help)']);
  if (name === 'import-settings' && file === undefined) return importCommand(values);
  for (const option of ['from', 'into', 'default'] as const) {
    if (values[option] !== undefined)
      throw new ConfigError([`--${option}: only import-settings knows it (see --help)`]);
  }
  if (name === undefined) return { name: 'run', config, overrides: overrides(values) };
  if ((name === 'devices' || name === 'example-config' || name === 'hash-password') && file === undefined)
    return { name };
  if (name === 'rescue' && file === undefined) return rescueCommand(values);
  if (name === 'check-config' && file !== undefined && rest.length === 0) return { name: 'check-config', file };
  if (name === 'check-config') throw new ConfigError(['check-config: expected one file']);
  throw new ConfigError([
    `${positionals.join(' ')}: no such command; expected devices, check-config FILE, example-config, hash-password, gpio-setup, import-settings or none (see --help)`,
  ]);
}

/** Nothing of it can be guessed but the package's own configuration of a new box. */
function importCommand({
  from,
  into,
  config,
  default: defaults = '/usr/share/boardfeed/boardfeed.toml',
}: ReturnType<typeof parse>['values']): Command {
  if (from !== undefined && into !== undefined && config !== undefined)
    return { name: 'import-settings', from, into, config, defaults };
  throw new ConfigError(['import-settings: expected --from FILE, --into DIR and --config FILE (see --help)']);
}

/** For boardfeed-rescue.service; it must come up whatever it is told. */
function rescueCommand({
  config = '/etc/boardfeed/boardfeed.toml',
  port,
}: ReturnType<typeof parse>['values']): Command {
  return { name: 'rescue', config, port: port === undefined ? undefined : Number(port) };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        config: text,
        source: text,
        device: text,
        host: text,
        port: text,
        from: text,
        into: text,
        default: text,
        off: flag,
        help: flag,
        version: flag,
      },
    });
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new ConfigError([`${(error as Error).message} (see --help)`]);
  }
}

function overrides({ source, device, host, port }: ReturnType<typeof parse>['values']): Overrides {
  return {
    input: { ...(source === undefined ? {} : { source }), ...(device === undefined ? {} : { device }) },
    http: {
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port: /^\d+$/.test(port) ? Number(port) : port }),
    },
  };
}
