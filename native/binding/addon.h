#ifndef BOARDFEED_ADDON_H
#define BOARDFEED_ADDON_H

#include "js_values.h"
#include <uv.h>

struct js_capture;

/**
 * What one environment (the main thread, or a worker) has of the addon. There is no other state: the addon is loaded as
 * often as somebody asks for it, and each time knows only its own captures.
 */
struct addon {
  uv_loop_t *loop;
  /** Captures whose uv handle is not closed yet. */
  struct js_capture *captures;
  /** Set once the environment is going; takes note when the last capture is gone. */
  bool ending;
  napi_async_cleanup_hook_handle cleanup;
  /** The environment's instance data and its cleanup hook; freed with the last. */
  unsigned references;
};

/** The environment's own state. */
struct addon *addon_of(napi_env env);

/** To be called when a capture has left `captures`: lets the environment go on ending. */
void addon_capture_gone(struct addon *addon);

napi_value js_capture_open(napi_env env, napi_callback_info info);
napi_value js_capture_read(napi_env env, napi_callback_info info);
napi_value js_capture_status(napi_env env, napi_callback_info info);
napi_value js_capture_close(napi_env env, napi_callback_info info);
napi_value js_capture_closing_ms(napi_env env, napi_callback_info info);
napi_value js_list_devices(napi_env env, napi_callback_info info);
napi_value js_probe_device(napi_env env, napi_callback_info info);
napi_value js_mixer_read(napi_env env, napi_callback_info info);
napi_value js_mixer_change(napi_env env, napi_callback_info info);
napi_value js_mp3_open(napi_env env, napi_callback_info info);
napi_value js_mp3_encode(napi_env env, napi_callback_info info);
napi_value js_mp3_close(napi_env env, napi_callback_info info);
napi_value js_opus_open(napi_env env, napi_callback_info info);
napi_value js_flac_open(napi_env env, napi_callback_info info);
napi_value js_packets_facts(napi_env env, napi_callback_info info);
napi_value js_packets_encode(napi_env env, napi_callback_info info);
napi_value js_packets_close(napi_env env, napi_callback_info info);
napi_value js_ogg_page(napi_env env, napi_callback_info info);
napi_value js_read_sound_file(napi_env env, napi_callback_info info);
napi_value js_fan_out_open(napi_env env, napi_callback_info info);
napi_value js_fan_out_add(napi_env env, napi_callback_info info);
napi_value js_fan_out_join(napi_env env, napi_callback_info info);
napi_value js_fan_out_send_all(napi_env env, napi_callback_info info);
napi_value js_fan_out_send(napi_env env, napi_callback_info info);
napi_value js_fan_out_truth(napi_env env, napi_callback_info info);
napi_value js_fan_out_remove(napi_env env, napi_callback_info info);
napi_value js_fan_out_close(napi_env env, napi_callback_info info);
napi_value js_tell_service_manager(napi_env env, napi_callback_info info);

#endif
