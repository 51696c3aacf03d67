/*
 * Debian's alsa-lib waits with __poll_chk(), the variant of poll() that a fortified build calls (glibc, debug/poll_chk.c); on the
 * machine that builds us it may be poll() itself. Linked with park_capture.c, so that both are caught. Only for tests.
 */
#include <poll.h>
#include <stddef.h>

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size);

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size) {
  (void)size;
  return poll(fds, count, timeout);
}
