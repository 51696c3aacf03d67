#ifndef BOARDFEED_MONOTONIC_H
#define BOARDFEED_MONOTONIC_H

#include <time.h>

/** A CLOCK_MONOTONIC time in ms. */
static inline double timespec_ms(struct timespec time) {
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/** CLOCK_MONOTONIC now, in ms: the one clock of capture times. */
static inline double monotonic_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return timespec_ms(now);
}

#endif
