import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { removeFile, replaceFile, WriteProblem } from '../config/replace-file.ts';
import { networkFile } from './network-file.ts';
import { type BootSettings, DEFAULT_NAME } from './schema.ts';
import { authorizedKeys } from './ssh-keys.ts';
import { wpaSupplicantConf } from './wpa-supplicant.ts';

/** A file that the image lays out for the system at each start. */
export interface BoxFile {
  readonly name: string;
  /** Absent: the file is not to be there. */
  readonly text: string | undefined;
  readonly mode: number;
}

/** For root and the system's own services; and for root alone. */
const PUBLIC = 0o644;
const PRIVATE = 0o600;
const FOLDER = 0o755;

/** The machine's name, as the image needs it at each start. */
export const HOSTNAME: BoxFile = { name: 'hostname', text: `${DEFAULT_NAME}\n`, mode: PUBLIC };

/** What the settings make of the machine: all files, also those that must not be there. */
export async function boxFiles({ box, wifi, network, ssh }: BootSettings): Promise<BoxFile[]> {
  const fixed = networkFile(network);
  const on = network.interface ?? 'ethernet';
  return [
    { ...HOSTNAME, text: `${(box.name ?? DEFAULT_NAME).toLowerCase()}\n` },
    { name: 'network/20-boardfeed.network', text: on === 'ethernet' ? fixed : undefined, mode: PUBLIC },
    { name: 'network/20-wifi.network', text: on === 'wifi' ? fixed : undefined, mode: PUBLIC },
    { name: 'wpa_supplicant.conf', text: await wpaSupplicantConf(wifi), mode: PRIVATE },
    { name: 'authorized_keys', text: authorizedKeys(ssh.key ?? []), mode: PRIVATE },
  ];
}

/** Makes a file what it is to be, and touches nothing when it is that already. Rejects with `WriteProblem`. */
export async function keepFile(folder: string, { name, text, mode }: BoxFile): Promise<void> {
  const file = path.join(folder, name);
  const there = await textIn(file);
  if (there === text) return;
  if (text === undefined) return removeFile(file);
  for (const one of new Set([folder, path.dirname(file)])) await keepFolder(one);
  await replaceFile(file, text, mode);
}

/** Not `recursive`: where nothing can be made, as in /proc, Node would try for ever. */
async function keepFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, FOLDER);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new WriteProblem(`${folder} cannot be made: ${message}`, { cause: error });
  }
}

/** What stands in a file; undefined when it is not there, or cannot be read, and must be written anew. */
export async function textIn(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch(() => undefined); // Whoever writes it hears what is wrong with the place.
}
