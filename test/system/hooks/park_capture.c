/*
 * Stops the capture thread for good where it waits for the card, as a driver does that never returns. Made into a
 * library and loaded with LD_PRELOAD:
 *
 *   cc -D_GNU_SOURCE -std=c11 -fPIC -shared park_capture.c -o park_capture.so
 *   LD_PRELOAD=/path/to/park_capture.so BOARDFEED_TEST_PARK=/path/to/file
 *
 * It happens when the file appears, once: the file is removed, so that a process that comes after this one is left
 * alone. Only for tests: it is not part of the package.
 */
#include <dlfcn.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int is_capture_thread(void) {
  char name[16] = "";
  return prctl(PR_GET_NAME, name) == 0 && strcmp(name, "capture") == 0;
}

int poll(struct pollfd *fds, nfds_t count, int timeout) {
  static int (*real)(struct pollfd *, nfds_t, int);
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "poll");
  const char *file = getenv("BOARDFEED_TEST_PARK");
  if (file && is_capture_thread() && unlink(file) == 0)
    for (;;)
      pause();
  return real(fds, count, timeout);
}
