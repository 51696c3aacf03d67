#!/bin/sh
# Runs Boardfeed on the Node.js that it comes with.
set -e
# The code cache of the service belongs to the user boardfeed; what root runs must not come from there.
if [ "$(id -u)" = 0 ]; then export NODE_COMPILE_CACHE=/usr/lib/boardfeed/cache; fi
exec /usr/lib/boardfeed/bin/node @NODE_FLAGS@ /usr/lib/boardfeed/src/main.ts "$@"
