#ifndef BOARDFEED_SERVICE_MANAGER_H
#define BOARDFEED_SERVICE_MANAGER_H

#include <stddef.h>

/**
 * Sends a message to the service manager, as sd_notify(3) describes it: lines of NAME=VALUE in one datagram.
 *
 * @param address the value of NOTIFY_SOCKET: a path, or a name that begins with '@' for the abstract namespace
 * @returns 0, or a negative errno: -EAGAIN when the manager has no room for it now. Never waits.
 */
int service_manager_tell(const char *address, const char *message, size_t bytes);

#endif
