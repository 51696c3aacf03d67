import path from 'node:path';
import { ConfigError } from '../config/config.ts';
import { ConfigFile } from '../config/config-file.ts';
// It is loaded when it is needed, and then without root's rights.
import '../config/edit.ts';
import { WriteProblem } from '../config/replace-file.ts';
import type { Config } from '../config/schema.ts';
import { asOwnerOf } from './as-owner.ts';
import { blotOut } from './blot-out.ts';
import { bootSettings } from './boot-settings.ts';
import { boxFiles, HOSTNAME, keepFile, textIn } from './box-files.ts';
import { type CardFile, readCardFile, sha256 } from './card-file.ts';
import { type Fault, faultLines } from './fault.ts';
import { fitTogether } from './fit-together.ts';
import { type GivenKey, GivenKeys } from './given-keys.ts';
import { overwrite } from './overwrite.ts';
import { type OwnSettings, ownSettings } from './own-settings.ts';
import { hashPasswords } from './passwords.ts';
import { soundConfig } from './sound-config.ts';
import { type Statement, statementsOf } from './statements.ts';

/** What `boardfeed import-settings` is told. */
export interface ImportOptions {
  /** The settings file on the card's first partition. */
  readonly from: string;
  /** Folder of what is particular to this machine. */
  readonly into: string;
  /** The box's own configuration. */
  readonly config: string;
  /** What that is for a new box. */
  readonly defaults: string;
}

/**
 * Takes over what the owner has written on the card: what the machine needs goes into a folder for the image, what Boardfeed needs
 * into its configuration. Whatever stands there, it goes on with what can be used; the rest is said in `settings-report.txt`. The
 * digest of the file is written last: when it is not there, all this is done again, and comes to the same.
 *
 * Resolves with lines for the log. Rejects with `WriteProblem` when the disk cannot be written.
 */
export async function importSettings(options: ImportOptions): Promise<string[]> {
  const { from, into, config } = options;
  const name = path.basename(from);
  const card = await readCardFile(from);
  const statements = 'file' in card ? statementsOf(card.file.text) : undefined;
  const own = await asOwnerOf(path.dirname(config), () => soundConfig(config, options.defaults));
  const faults = [...own.faults];
  let digest: string | undefined;
  if (!('file' in card) || statements === undefined) {
    const words = 'file' in card ? 'nearly nothing in it can be read: this is no settings file' : card.words;
    faults.push({ words: `${name}: ${words}. Nothing was taken from it, and all is as before.` });
    // Even the first start needs a name.
    if ((await textIn(path.join(into, HOSTNAME.name))) === undefined) await keepFile(into, HOSTNAME);
    digest = 'file' in card ? sha256(card.bytes) : card.sha256;
  } else {
    const taken = await takeOver(statements, own.config, options);
    const rest = await takePasswordsOut(card, taken.plain, from);
    faults.push(...taken.faults, ...rest.faults);
    digest = sha256(rest.bytes);
  }
  const lines = faultLines(faults);
  const report = lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  await keepFile(into, { name: 'settings-report.txt', text: report, mode: 0o644 });
  const text = digest === undefined ? undefined : `${digest}\n`;
  await keepFile(into, { name: 'settings.sha256', text, mode: 0o644 });
  return lines.length === 0 ? [`${name}: everything in it was understood`] : lines;
}

/** Puts into effect what can be taken. Resolves with what cannot, and with the passwords that stand in the file for no reason any more. */
async function takeOver(
  statements: readonly Statement[],
  base: Config,
  { into, config }: ImportOptions,
): Promise<{ faults: Fault[]; plain: readonly GivenKey[] }> {
  const given = new GivenKeys(statements);
  const boot = bootSettings(given);
  for (const file of await boxFiles(boot.settings)) await keepFile(into, file);
  const own = ownSettings(given);
  const { settings, faults } = await asOwnerOf(path.dirname(config), async () => fitTogether(base, own.settings));
  const changed = await change(config, base, settings);
  return {
    faults: [...given.faults, ...boot.faults, ...own.faults, ...faults, ...changed.faults],
    plain: changed.plain,
  };
}

/** Changes the box's own configuration. */
async function change(
  file: string,
  base: Config,
  { keys, pushes }: OwnSettings,
): Promise<{ faults: Fault[]; plain: readonly GivenKey[] }> {
  const { changes, plain } = await hashPasswords(keys, base);
  const all = { ...changes, ...(pushes.length > 0 && { push: pushes.map((push) => push.keys) }) };
  if (Object.keys(all).length === 0) return { faults: [], plain };
  try {
    await asOwnerOf(path.dirname(file), () => new ConfigFile(file).change(all));
    return { faults: [], plain };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return {
      faults: error.faults.map((fault) => ({ words: `the box's own settings stay as they were: ${fault}` })),
      plain: [],
    };
  }
}

/** Takes passwords out of the file on the card. Resolves with its bytes as they then are. */
async function takePasswordsOut(
  { bytes, file }: CardFile,
  plain: readonly GivenKey[],
  path: string,
): Promise<{ faults: Fault[]; bytes: Buffer }> {
  const faults: Fault[] = [];
  let after = bytes;
  for (const key of plain) {
    const next = blotOut(after, file, key);
    if (next) after = next;
    else faults.push(leftThere(key, 'it must stand in a line of its own'));
  }
  try {
    await overwrite(path, bytes, after);
    return { faults, bytes: after };
  } catch (error) {
    if (!(error instanceof WriteProblem)) throw error;
    return { faults: [...faults, ...plain.map((key) => leftThere(key, error.message))], bytes };
  }
}

const leftThere = ({ name, line }: GivenKey, why: string): Fault => ({
  line,
  words: `${name}: it was taken over, but could not be taken out of this file: ${why}`,
});
