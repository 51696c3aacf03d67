import type { DebianArch } from './machine.ts';

/*
 * What the guest's Debian is made of. Whatever stands here goes into the name under which the result is kept: a change makes
 * a new root.
 */

export const RELEASE = 'trixie';

/** Ample for the package, its upgrade and everything that a test writes. The image is sparse. */
export const DISK_SIZE = '3G';

/** Debian's name of the kernel package. */
export const kernelPackage = (arch: DebianArch): string => `linux-image-${arch}`;

/** What the tests themselves need of the guest. What the package under test needs is added to it, and nothing else. */
export const PACKAGES = [
  'systemd-sysv',
  'udev',
  'dbus',
  'kmod',
  'initramfs-tools',
  // Lets us in.
  'qemu-guest-agent',
  // Plays into the loopback card.
  'alsa-utils',
  // Looks for the box on the network.
  'avahi-daemon',
  'avahi-utils',
  // Tells who listens on which port.
  'iproute2',
];

/** Files that are there before any package is: path → content. Those that begin with `#!` can be run. */
export const FILES: Readonly<Record<string, string>> = {
  // The smallest initramfs that finds the root: it is unpacked by an emulated processor, too.
  '/etc/initramfs-tools/conf.d/guest': 'MODULES=list\nCOMPRESS=gzip\nFSTYPE=ext4\n',
  '/etc/initramfs-tools/hooks/guest': [
    '#!/bin/sh',
    '[ "$1" = prereqs ] && exit 0',
    '. /usr/share/initramfs-tools/hook-functions',
    'manual_add_modules virtio_pci virtio_blk ext4 crc32c_generic',
    '',
  ].join('\n'),
  '/etc/systemd/network/80-guest.network': '[Match]\nName=e*\n\n[Network]\nDHCP=ipv4\n',
  '/etc/systemd/journald.conf.d/guest.conf': '[Journal]\nStorage=volatile\n',
  '/etc/dpkg/dpkg.cfg.d/guest': ['doc', 'man', 'info', 'locale']
    .map((of) => `path-exclude=/usr/share/${of}/*\n`)
    .join(''),
};

/** Run in the new root when all packages are installed. */
export const COMMANDS = [
  'systemctl enable systemd-networkd.service',
  // Nothing that works on its own account may fall into a measurement.
  'systemctl mask getty@tty1.service serial-getty@ttyS0.service serial-getty@ttyAMA0.service',
  'systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer',
];

/** Written last, over what mmdebstrap has left. A machine with an id is not at its first boot, which would be slower. */
export const LAST_FILES: Readonly<Record<string, string>> = {
  '/etc/hostname': 'box\n',
  '/etc/hosts': '127.0.0.1 localhost\n127.0.1.1 box\n::1 localhost\n',
  '/etc/machine-id': 'b0a2dfeed00000000000000000000001\n',
  '/etc/resolv.conf': '',
};

/** What the kernel is told: the disk, the names of network cards, never to stand still in a panic, and what saves time. */
export const KERNEL_ARGUMENTS =
  'root=/dev/vda rw rootfstype=ext4 fsck.mode=skip net.ifnames=0 panic=-1 mitigations=off';
