#!/bin/sh
# Runs Boardfeed on the Node.js that it comes with.
set -e
# The code cache belongs to the user boardfeed; what root runs must not come from there.
if [ "$(id -u)" = 0 ]; then unset NODE_COMPILE_CACHE; fi
exec /usr/lib/boardfeed/bin/node @NODE_FLAGS@ /usr/lib/boardfeed/src/main.ts "$@"
