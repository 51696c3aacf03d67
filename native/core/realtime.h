#ifndef BOARDFEED_REALTIME_H
#define BOARDFEED_REALTIME_H

#include <stdbool.h>

/** Whether a thread runs with real-time priority, and in words why not. */
struct realtime {
  bool granted;
  char message[160];
};

/** Asks for SCHED_FIFO for the calling thread. */
struct realtime realtime_ask(void);

#endif
