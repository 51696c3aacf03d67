#!/bin/sh
# Runs Boardfeed on the Node.js that it comes with.
set -e
# Before and after every start of the service: where there is no line and no lamp to prepare (those of other boards are
# named in the settings), Node need not be started for it.
if [ "$1" = gpio-setup ] && [ ! -e /sys/class/leds/ACT ] &&
	! grep -Eqs '^pinctrl-(bcm2835|bcm2711|rp1)$' /sys/class/gpio/gpiochip*/label &&
	! grep -Eqs '^[[:space:]]*\[(led|button)\]' /etc/boardfeed/boardfeed.toml; then
	exit 0
fi
# The code cache of the service belongs to the user boardfeed; what root runs must not come from there.
if [ "$(id -u)" = 0 ]; then export NODE_COMPILE_CACHE=/usr/lib/boardfeed/cache; fi
exec /usr/lib/boardfeed/bin/node @NODE_FLAGS@ /usr/lib/boardfeed/src/main.ts "$@"
