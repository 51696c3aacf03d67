#include "js_capture.h"

#include "../core/monotonic.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** How long the end of an environment waits for its capture threads, all together. */
static const double END_WAIT_MS = 1000;

// Random, so that no other addon's objects are taken for ours.
static const napi_type_tag capture_tag = {0x6d1f0c7be2a94f35, 0x9b53e8d0741ac62f};

static void release(struct js_capture *capture) {
  if (--capture->references == 0) free(capture);
}

static void on_uv_closed(uv_handle_t *handle) {
  struct js_capture *capture = handle->data;
  struct addon *addon = capture->addon;
  struct js_capture **link = &addon->captures;
  while (*link != capture)
    link = &(*link)->next;
  *link = capture->next;
  release(capture);
  addon_capture_gone(addon);
}

/** Gives up the thread, waiting for it at most so long, and the uv handle. */
static void let_go(struct js_capture *capture, double wait_ms) {
  if (!capture->core) return;
  capture_disable_wake(capture->core);
  capture_read_status(capture->core, &capture->last);
  capture_release(capture->core, wait_ms);
  capture->core = NULL;
  uv_close((uv_handle_t *)&capture->async, on_uv_closed);
}

/** Everything that closing does at once. */
static void mark_closed(struct js_capture *capture) {
  if (capture->closed) return;
  capture->closed = true;
  capture->closed_ms = monotonic_ms();
  capture_ask_stop(capture->core);
  napi_delete_reference(capture->env, capture->wake);
  napi_async_destroy(capture->env, capture->context);
  // A thread that hangs in a driver must not keep the process from ending.
  uv_unref((uv_handle_t *)&capture->async);
}

static void close_capture(struct js_capture *capture) {
  mark_closed(capture);
  if (capture->core && capture_finished(capture->core)) let_go(capture, 0);
}

void js_captures_end(struct addon *addon) {
  double until_ms = monotonic_ms() + END_WAIT_MS;
  for (struct js_capture *capture = addon->captures; capture; capture = capture->next)
    mark_closed(capture); // all of them first, so that they end side by side
  for (struct js_capture *capture = addon->captures; capture; capture = capture->next) {
    double left_ms = until_ms - monotonic_ms();
    let_go(capture, left_ms > 0 ? left_ms : 0);
  }
}

static void on_collected(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  struct js_capture *capture = data;
  close_capture(capture); // its owner has lost it, nobody can read it any more
  release(capture);
}

/** Whether something happened that JavaScript was not woken for. */
static bool has_news(struct js_capture *capture) {
  struct capture_status status;
  capture_read_status(capture->core, &status);
  bool news = status.version != capture->told_version;
  capture->told_version = status.version;
  struct block_ring *ring = capture_ring(capture->core);
  if (ring) {
    size_t pushed = block_ring_pushed(ring);
    news = news || (pushed != capture->told_blocks && block_ring_waits(ring));
    capture->told_blocks = pushed;
  }
  return news;
}

static void call_wake(struct js_capture *capture) {
  napi_env env = capture->env;
  napi_handle_scope scope;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  napi_value wake, receiver;
  if (napi_get_reference_value(env, capture->wake, &wake) == napi_ok && napi_get_global(env, &receiver) == napi_ok &&
      napi_make_callback(env, capture->context, receiver, wake, 0, NULL, NULL) == napi_pending_exception) {
    // As for every other callback of the event loop: what it throws is an uncaught exception, not our secret.
    napi_value exception;
    if (napi_get_and_clear_last_exception(env, &exception) == napi_ok) napi_fatal_exception(env, exception);
  }
  napi_close_handle_scope(env, scope);
}

static void on_async(uv_async_t *async) {
  struct js_capture *capture = async->data;
  if (!capture->core) return;
  if (capture->closed) {
    close_capture(capture);
  } else if (has_news(capture)) {
    call_wake(capture);
  }
}

/** Called on the capture thread. */
static void wake_loop(void *context) {
  uv_async_send(context);
}

static void throw_errno(napi_env env, int error) {
  napi_throw_error(env, NULL, strerror(error));
}

napi_value js_capture_open(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct capture_options options;
  char device[256];
  napi_valuetype wake_type;
  if (!js_arguments(env, info, 2, arguments) || !js_capture_options(env, arguments[0], &options, device, sizeof device))
    return NULL;
  if (napi_typeof(env, arguments[1], &wake_type) != napi_ok || wake_type != napi_function) {
    napi_throw_type_error(env, NULL, "wake must be a function");
    return NULL;
  }
  struct js_capture *capture = calloc(1, sizeof *capture);
  if (!capture) {
    throw_errno(env, ENOMEM);
    return NULL;
  }
  capture->addon = addon_of(env);
  capture->env = env;
  capture->references = 1; // the JavaScript object
  napi_value object, name = js_text(env, "boardfeed.capture");
  // From here on the object owns the capture; `closed` tells its finalizer that there is nothing to end.
  capture->closed = true;
  if (!js_wrap(env, &capture_tag, capture, on_collected, &object)) {
    free(capture);
    throw_errno(env, ENOMEM);
    return NULL;
  }
  if (napi_create_reference(env, arguments[1], 1, &capture->wake) != napi_ok ||
      napi_async_init(env, NULL, name, &capture->context) != napi_ok ||
      uv_async_init(capture->addon->loop, &capture->async, on_async) != 0) {
    throw_errno(env, ENOMEM);
    return NULL;
  }
  capture->async.data = capture;
  capture->references++; // the uv handle
  capture->next = capture->addon->captures;
  capture->addon->captures = capture;
  capture->core = capture_start(&options, wake_loop, &capture->async);
  if (!capture->core) {
    throw_errno(env, errno);
    napi_delete_reference(env, capture->wake);
    napi_async_destroy(env, capture->context);
    uv_close((uv_handle_t *)&capture->async, on_uv_closed);
    return NULL;
  }
  capture->closed = false;
  return object;
}

static bool to_capture(napi_env env, napi_value value, struct js_capture **capture) {
  return js_unwrap(env, value, &capture_tag, "capture", (void **)capture);
}

napi_value js_capture_read(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  struct js_capture *capture;
  void *samples, *told;
  size_t samples_length, told_length;
  if (!js_arguments(env, info, 3, arguments) || !to_capture(env, arguments[0], &capture) ||
      !js_to_typed_array(env, arguments[1], "samples", napi_float32_array, &samples, &samples_length) ||
      !js_to_typed_array(env, arguments[2], "facts", napi_float64_array, &told, &told_length))
    return NULL;
  if (capture->closed) {
    napi_throw_error(env, NULL, "the capture is closed");
    return NULL;
  }
  struct block_ring *ring = capture_ring(capture->core);
  if (told_length < 3 || (ring && samples_length < block_ring_max_samples(ring))) {
    napi_throw_range_error(env, NULL, "samples must hold maxBlockFrames × channels, and facts 3 numbers");
    return NULL;
  }
  struct block_facts block;
  // Asked first: whatever was pushed before the end is in the ring by then.
  bool finished = capture_finished(capture->core);
  if (!ring || !block_ring_pop(ring, &block, samples)) return js_number(env, finished ? -1 : 0);
  double *facts = told;
  facts[0] = (double)block.first_frame;
  facts[1] = block.time_ms;
  facts[2] = (double)block.lost_frames;
  return js_number(env, block.frames);
}

napi_value js_capture_status(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct js_capture *capture;
  if (!js_arguments(env, info, 1, &argument) || !to_capture(env, argument, &capture)) return NULL;
  if (capture->core) capture_read_status(capture->core, &capture->last);
  return js_capture_status_object(env, &capture->last);
}

napi_value js_capture_close(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct js_capture *capture;
  if (!js_arguments(env, info, 1, &argument) || !to_capture(env, argument, &capture)) return NULL;
  close_capture(capture);
  return js_undefined(env);
}

napi_value js_capture_closing_ms(napi_env env, napi_callback_info info) {
  if (!js_arguments(env, info, 0, NULL)) return NULL;
  double longest_ms = 0, now_ms = monotonic_ms();
  for (struct js_capture *capture = addon_of(env)->captures; capture; capture = capture->next) {
    bool ending = capture->closed && capture->core && !capture_finished(capture->core);
    if (ending && now_ms - capture->closed_ms > longest_ms) longest_ms = now_ms - capture->closed_ms;
  }
  return js_number(env, longest_ms);
}
