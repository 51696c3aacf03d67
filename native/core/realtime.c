#include "realtime.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

/** Above every ordinary thread and at the level of the kernel's own interrupt threads. */
static const int PRIORITY = 50;

struct realtime realtime_ask(void) {
  struct realtime realtime = {0};
  struct sched_param parameters = {.sched_priority = PRIORITY};
  int error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
  realtime.granted = error == 0;
  if (error == 0) {
    snprintf(realtime.message, sizeof realtime.message, "SCHED_FIFO, priority %d", PRIORITY);
  } else if (error == EPERM) {
    snprintf(realtime.message, sizeof realtime.message,
             "SCHED_FIFO is not permitted: needs CAP_SYS_NICE or an rtprio limit of at least %d", PRIORITY);
  } else {
    char text[64];
    snprintf(realtime.message, sizeof realtime.message, "SCHED_FIFO: %s", strerror_r(error, text, sizeof text));
  }
  return realtime;
}
