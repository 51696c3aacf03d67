#ifndef BOARDFEED_JS_JOB_H
#define BOARDFEED_JS_JOB_H

#include "js_values.h"

/**
 * Work that takes long, on a thread of its own, with a promise for its result. Not on libuv's pool: a driver that hangs
 * would take one of its few threads for good, and keep the process from ending.
 */
struct job_kind {
  const char *name;
  /** Runs on the thread. Returns whether it worked; else it has written a text into `error`. */
  bool (*run)(void *data, char *error, size_t error_bytes);
  /** Makes the result on the event loop; NULL when there is no memory for it. */
  napi_value (*result)(napi_env env, void *data);
  /** Frees the data, on whichever thread. */
  void (*dispose)(void *data);
};

/** Starts a job, which owns `data` from here on in every case. Returns the promise, or NULL with an exception pending.
 */
napi_value js_job_start(napi_env env, const struct job_kind *kind, void *data);

#endif
