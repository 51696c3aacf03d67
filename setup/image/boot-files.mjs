import { readdirSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../machine.mjs';

/** What the firmware of the boards takes without being told. */
const FIRMWARE = /^(bootcode\.bin|start.*\.elf|fixup.*\.dat)$/;
/** Device trees of the Raspberry Pi 3, Zero 2 W and 4. */
const DEVICE_TREES = /^bcm(2837|2711)-.*\.dtb$/;

/** A file of the first partition, and where it comes from. @typedef {{ name: string, from: string }} BootFile */

/**
 * The board's firmware, the kernel's device trees and the kernel, as Debian's packages have laid them into the root.
 *
 * @param {string} root
 * @returns {{ release: string, files: BootFile[] }} the kernel's release, such as `6.12.48+deb13-arm64`
 * @throws {SetupError} when one of them is not where it was
 */
export function debianBootFiles(root) {
  const kernels = readdirSync(path.join(root, 'boot')).filter((name) => name.startsWith('vmlinuz-'));
  const [kernel = ''] = kernels;
  if (kernels.length !== 1) throw new SetupError(`Expected one kernel in /boot, and found ${kernels.length}.`);
  const release = kernel.slice('vmlinuz-'.length);
  const files = [
    ...filesIn(root, 'usr/lib/raspi-firmware', FIRMWARE),
    ...filesIn(root, `usr/lib/linux-image-${release}/broadcom`, DEVICE_TREES),
    { name: 'vmlinuz', from: path.join(root, 'boot', kernel) },
    { name: 'LICENCE.raspi-firmware.txt', from: path.join(root, 'usr/share/doc/raspi-firmware/copyright') },
  ];
  return { release, files };
}

/** @param {string} root @param {string} folder @param {RegExp} wanted @returns {BootFile[]} */
function filesIn(root, folder, wanted) {
  const names = readdirSync(path.join(root, folder)).filter((name) => wanted.test(name));
  if (names.length === 0) throw new SetupError(`/${folder} holds no ${wanted.source}.`);
  return names.sort().map((name) => ({ name, from: path.join(root, folder, name) }));
}

/** Keys of config.txt whose value is a file. */
const NAMING_KEYS = new Set(['kernel', 'device_tree', 'start_file', 'fixup_file', 'cmdline', 'ramfsfile']);

/**
 * The files that a config.txt refers to: when one is missing, the board does not start, and cannot say why.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function filesReferredTo(text) {
  return text.split('\n').flatMap((line) => {
    const [, named] = /^\s*(?:initramfs|include)\s+(\S+)/.exec(line) ?? [];
    if (named !== undefined) return [named];
    const [, key = '', value = ''] = /^\s*([a-z0-9_]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === 'dtoverlay' && value !== '') return [`overlays/${value.split(/[,:]/, 1)[0]}.dtbo`];
    return NAMING_KEYS.has(key) ? [value] : [];
  });
}

/** What Windows, and with it a FAT file system, allows as a name; nothing of it needs a folder. */
const LEGAL_NAME = /^(?!(con|prn|aux|nul|com\d|lpt\d)(\.|$))[^\p{Cc}"*/:<>?\\|]{1,254}[^\p{Cc}"*/:<>?\\|. ]$/iu;

/**
 * What is wrong with the first partition.
 *
 * @param {readonly string[]} names of its files
 * @param {string} configText
 * @param {string} commandLine
 * @returns {string[]}
 */
export function bootFaults(names, configText, commandLine) {
  const lower = names.map((name) => name.toLowerCase());
  const needed = ['bootcode.bin', 'start.elf', 'fixup.dat', 'start4.elf', 'fixup4.dat', 'cmdline.txt', 'config.txt'];
  return [
    ...names.filter((name) => !LEGAL_NAME.test(name)).map((name) => `${name} is no name for a file there`),
    ...lower.filter((name, index) => lower.indexOf(name) !== index).map((name) => `${name} is there twice`),
    ...needed.filter((name) => !names.includes(name)).map((name) => `${name} is missing`),
    ...filesReferredTo(configText)
      .filter((name) => !names.includes(name))
      .map((name) => `config.txt refers to ${name}, which is not there`),
    ...(commandLine.trim().includes('\n') ? ['cmdline.txt has more than one line'] : []),
  ];
}
