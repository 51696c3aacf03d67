# Run by setup/image.mjs in the new root, when all packages and the files of image/root are there: what starts and what does not, and
# nothing left of how it was made.
set -eu

systemctl --quiet enable systemd-networkd.service systemd-resolved.service systemd-timesyncd.service avahi-daemon.service ssh.service \
	boardfeed-settings.service boardfeed-settings.path boardfeed-status.service boardfeed-status.path boardfeed-name.timer
# Wi-Fi is started by its interface's name, when there is a configuration.
systemctl --quiet disable wpa_supplicant.service

mask() {
	for unit; do ln -sf /dev/null "/etc/systemd/system/$unit"; done
}
# Nobody logs in at a console. A box that has to be looked into: systemd.debug_shell=ttyS1 in cmdline.txt (systemd-debug-generator(8)).
mask getty@.service serial-getty@.service autovt@.service console-getty.service container-getty@.service
mkdir -p /etc/systemd/system-generators
ln -sf /dev/null /etc/systemd/system-generators/systemd-getty-generator
# It would let in by other ways than the network.
ln -sf /dev/null /etc/systemd/system-generators/systemd-ssh-generator
# make-host-keys does that.
mask sshd-keygen.service
# The network comes when it comes.
mask systemd-networkd-wait-online.service systemd-time-wait-sync.service
# What is for systems that are written to.
mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer man-db.timer \
	logrotate.timer
ln -sf multi-user.target /usr/lib/systemd/system/default.target

# Where things are mounted.
mkdir -p /boot/firmware /data /var/lib/systemd/timesync /etc/boardfeed /var/lib/boardfeed

cp /usr/share/doc/boardfeed/examples/10-watchdog.conf /etc/systemd/system.conf.d/
ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
printf 'IMAGE_ID=boardfeed\nIMAGE_VERSION=%s\n' "$IMAGE_VERSION" >>/usr/lib/os-release

# Root may come by SSH with a key, and has no password.
usermod --password '*' root

# An id, keys and logs of this build are nobody's.
: >/etc/machine-id
rm -rf /var/lib/dbus/machine-id /etc/ssh/ssh_host_* /etc/boardfeed/* /var/lib/boardfeed/* /var/lib/systemd/random-seed \
	/var/lib/apt/* /var/cache/apt /var/cache/ldconfig /var/cache/debconf/*-old /var/lib/dpkg/*-old /var/log/* \
	/etc/.pwd.lock /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow- /etc/subuid- /etc/subgid- /root/.[!.]* /usr/share/doc/boardfeed/*.gz
# They are on the first partition.
rm -f /etc/kernel/postinst.d/z50-raspi-firmware
rm -rf /boot/vmlinuz* /boot/initrd* /boot/System.map* /vmlinuz* /initrd* /usr/lib/linux-image-* /usr/lib/raspi-firmware /boot/firmware/*
# Made from what is in the packages: new from now on.
touch /etc/.updated /var/.updated
