import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * @typedef {'node' | 'start' | 'test' | 'test:system' | 'test:image' | 'package' | 'image' | 'bench' | `bench:${string}`} Need a command, or `node` for what runs nothing but the
 *   pinned Node. `bench` stands for every benchmark, `bench:lag` for one.
 */
/**
 * @typedef {{ name: string, why: string, for: readonly Need[], on?: string, since?: number }} DebianPackage `on`: the only
 *   machines that need it, by their architecture as Debian names it. `since`: the first release of Debian whose version will do;
 *   on older ones we help ourselves
 */

/** @type {readonly Need[]} */
const ADDON = ['start', 'test', 'bench'];
/** @type {readonly Need[]} */
const PACKAGE = ['package', 'image'];

/**
 * Every Debian package that something here needs, under the name that bookworm and trixie share. Packages that another
 * one of the list depends on stand here as well when we call them ourselves.
 *
 * @type {readonly DebianPackage[]}
 */
export const debianPackages = [
  { name: 'libatomic1', why: 'the pinned Node is linked with it', for: ['node', ...ADDON, ...PACKAGE] },

  { name: 'build-essential', why: 'compiles the addon', for: [...ADDON, ...PACKAGE] },
  { name: 'python3', why: 'runs node-gyp, which compiles the addon', for: [...ADDON, ...PACKAGE] },
  { name: 'pkg-config', why: 'tells the compiler where libraries are', for: [...ADDON, ...PACKAGE] },
  { name: 'libasound2-dev', why: 'ALSA, the sound cards', for: ADDON },
  { name: 'libmp3lame-dev', why: 'LAME, the MP3 encoder', for: ADDON },
  { name: 'libopus-dev', why: 'libopus, the Opus encoder', for: ADDON },
  { name: 'libflac-dev', why: 'libFLAC, the FLAC encoder', for: ADDON },
  { name: 'libogg-dev', why: 'makes the Ogg pages that Opus is sent in', for: ADDON },
  { name: 'libsndfile1-dev', why: 'reads sound files', for: ADDON },
  { name: 'libsamplerate0-dev', why: 'converts the rate of sound files, and of what Opus gets', for: ADDON },

  { name: 'pulseaudio', why: 'plays the mixer, without a sound card', for: ['test', 'bench'] },
  { name: 'pulseaudio-utils', why: 'pactl and pacat, to patch that mixer', for: ['test', 'bench'] },
  { name: 'libasound2-plugins', why: 'lets ALSA capture from PulseAudio', for: ['test', 'bench'] },
  { name: 'ffmpeg', why: 'a listener, and decodes what the tests measure', for: ['test', 'bench'] },
  { name: 'mpg123', why: 'decodes what listeners of MP3 received', for: ['test', 'bench:joins'] },
  {
    name: 'opus-tools',
    why: 'opusdec, a listener; opusenc, for comparison',
    for: ['test', 'bench:joins', 'bench:codecs'],
  },
  { name: 'curl', why: 'a listener', for: ['test'] },
  { name: 'flac', why: 'a listener', for: ['test'] },
  { name: 'lame', why: 'what we are compared with', for: ['test', 'bench:codecs'] },
  { name: 'sonic-pi-samples', why: 'real music, for the encoders', for: ['test', 'bench:codecs'] },
  { name: 'alsa-utils', why: 'real speech, for the encoders', for: ['test', 'bench:codecs'] },
  { name: 'openssl', why: 'makes the certificates of the tests', for: ['test'] },
  { name: 'systemd', why: 'systemd-analyze, which checks the units', for: ['test'] },
  { name: 'iproute2', why: 'ss, which tells what the kernel knows of a connection', for: ['test'] },
  { name: 'mpv', why: 'a listener', for: ['test', 'bench:burst', 'bench:ear'] },
  { name: 'vlc-bin', why: 'a listener (cvlc)', for: ['test', 'bench:burst'] },
  { name: 'vlc-plugin-base', why: 'HTTP, the formats and PulseAudio for VLC', for: ['test', 'bench:burst'] },
  { name: 'gstreamer1.0-tools', why: 'a listener (gst-launch-1.0)', for: ['test', 'bench:burst'] },
  { name: 'gstreamer1.0-plugins-base', why: 'playbin and Ogg Opus for GStreamer', for: ['test', 'bench:burst'] },
  {
    name: 'gstreamer1.0-plugins-good',
    why: 'HTTP, MP3, FLAC, WAV and PulseAudio for GStreamer',
    for: ['test', 'bench:burst'],
  },
  { name: 'chromium', why: 'a listener, and opens the page', for: ['test', 'bench:ear'] },

  { name: 'qemu-system-x86', why: 'the machine that the package is installed on', for: ['test:system'] },
  {
    name: 'debian-archive-keyring',
    why: 'tells that this Debian is the real one',
    for: ['image', 'test:system', 'test:image'],
  },
  { name: 'fakeroot', why: 'lets its files belong to root without being root', for: ['test:system'] },
  { name: 'e2fsprogs', why: 'makes file systems', for: ['test', 'image', 'test:system'] },
  { name: 'qemu-system-arm', why: 'the machine that the memory card is put into', for: ['test:image'], since: 13 },
  { name: 'openssh-client', why: 'a way into that machine', for: ['test:image'] },

  {
    name: 'icecast2',
    why: 'relays the box, and is pushed to; what we are compared with',
    for: ['test', 'bench:lag', 'bench:fanout', 'bench:ear'],
  },
  {
    name: 'mmdebstrap',
    why: "fetches Debian's libraries for the package, and makes what it is tested on",
    for: [...PACKAGE, 'test:system', 'test:image'],
  },
  { name: 'dpkg-dev', why: 'tells which of them the package needs', for: PACKAGE },
  { name: 'gcc-aarch64-linux-gnu', why: 'compiles the addons for arm64', for: PACKAGE, on: 'amd64' },
  { name: 'g++-aarch64-linux-gnu', why: 'compiles the addons for arm64', for: PACKAGE, on: 'amd64' },
  { name: 'gcc-x86-64-linux-gnu', why: 'compiles the addons for amd64', for: PACKAGE, on: 'arm64' },
  { name: 'g++-x86-64-linux-gnu', why: 'compiles the addons for amd64', for: PACKAGE, on: 'arm64' },
  { name: 'squashfs-tools', why: "makes the system's file system, which nobody writes to", for: ['image'] },
  { name: 'dosfstools', why: 'makes the partition that any PC can open', for: ['image'] },
  { name: 'mtools', why: 'puts files into it, and takes them out', for: ['image', 'test:image'] },
  { name: 'genimage', why: 'puts partitions together', for: ['image'] },
  { name: 'xz-utils', why: 'packs the image', for: ['image'] },
  { name: 'fdisk', why: 'sfdisk, with which the box grows its last partition', for: ['test'] },
  { name: 'darkice', why: 'what we are compared with', for: ['bench:lag', 'bench:ear'] },
];

/** One line per package and architecture, for `dpkg-query --show`. */
const QUERY_FORMAT = ['Package', 'Architecture', 'db:Status-Status', 'Version']
  .map((field) => `\${${field}}`)
  .join('\\t');

/**
 * Which versions are installed, by what `dpkg-query` printed. Only what this machine can run counts: a library of a
 * foreign architecture is of no use to the compiler.
 *
 * @param {string} printed
 * @param {string} debianArch such as `amd64`
 * @returns {Map<string, string>} package → version
 */
export function parseInstalled(printed, debianArch) {
  const installed = new Map();
  for (const line of printed.split('\n')) {
    const [name = '', arch, status, version = ''] = line.split('\t');
    if (status === 'installed' && (arch === debianArch || arch === 'all')) installed.set(name, version);
  }
  return installed;
}

/** @param {Need} need @returns {DebianPackage[]} */
export function packagesFor(need) {
  return debianPackages.filter((row) => row.for.some((one) => need === one || need.startsWith(`${one}:`)));
}

/**
 * Which release of Debian this is, by os-release(5). What is no release yet is newer than all of them.
 *
 * @param {string} text
 * @returns {number}
 */
export function debianRelease(text) {
  const version = /^VERSION_ID="?(\d+)/m.exec(text)?.[1];
  return version === undefined ? Number.POSITIVE_INFINITY : Number(version);
}

/** @returns {number} */
function ownRelease() {
  try {
    return debianRelease(readFileSync('/etc/os-release', 'utf8'));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/**
 * Asks dpkg, once, for everything that a command needs.
 *
 * @param {Need} need
 * @param {string} debianArch such as `amd64`
 * @param {NodeJS.ProcessEnv} [env]
 * @param {number} [release] of Debian
 * @returns {{ missing: DebianPackage[], installed: Map<string, string> }} on a system without dpkg, all are missing
 */
export function queryPackages(need, debianArch, env = process.env, release = ownRelease()) {
  const needed = packagesFor(need).filter(({ on = debianArch, since = 0 }) => on === debianArch && since <= release);
  // It fails when one package is unknown to it, and still answers for the others: the answer counts, not the exit code.
  const asked = spawnSync(
    'dpkg-query',
    ['--show', `--showformat=${QUERY_FORMAT}\\n`, ...needed.map((row) => row.name)],
    {
      encoding: 'utf8',
      env,
    },
  );
  const installed = parseInstalled(asked.stdout ?? '', debianArch);
  return { missing: needed.filter((row) => !installed.has(row.name)), installed };
}
