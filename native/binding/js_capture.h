#ifndef BOARDFEED_JS_CAPTURE_H
#define BOARDFEED_JS_CAPTURE_H

#include "../core/capture.h"
#include "addon.h"

/**
 * A capture as JavaScript holds it. Lives until both its JavaScript object is collected and its uv handle is closed.
 */
struct js_capture {
  struct addon *addon;
  napi_env env;
  /** NULL once the thread is joined (or left behind). */
  struct capture *core;
  /** Its last words, for who asks after that. */
  struct capture_status last;
  /** How the thread reaches the event loop. While it is open it keeps the loop alive. */
  uv_async_t async;
  napi_ref wake;
  napi_async_context context;
  /** What JavaScript has been woken for. */
  size_t told_blocks;
  unsigned told_version;
  bool closed;
  /** When it was, CLOCK_MONOTONIC. */
  double closed_ms;
  unsigned references;
  struct js_capture *next;
};

/** Reads `CaptureOptions`; `options->asked.name` points to `device`. */
bool js_capture_options(napi_env env, napi_value object, struct capture_options *options, char *device,
                        size_t device_bytes);

/** Makes a `CaptureStatus`. */
napi_value js_capture_status_object(napi_env env, const struct capture_status *status);

/**
 * Ends all captures of an environment that is about to end. Waits a bounded time for their threads, and leaves behind
 * one that hangs in a driver.
 */
void js_captures_end(struct addon *addon);

#endif
