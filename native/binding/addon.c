#include "addon.h"

#include "js_capture.h"
#include <stdlib.h>

struct addon *addon_of(napi_env env) {
  void *addon = NULL;
  napi_get_instance_data(env, &addon);
  return addon;
}

static void release(struct addon *addon) {
  if (--addon->references == 0) free(addon);
}

static void on_instance_data_dropped(node_api_basic_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  release(data);
}

void addon_capture_gone(struct addon *addon) {
  if (!addon->ending || addon->captures) return;
  napi_remove_async_cleanup_hook(addon->cleanup);
  release(addon);
}

static void on_environment_ends(napi_async_cleanup_hook_handle handle, void *data) {
  (void)handle;
  struct addon *addon = data;
  js_captures_end(addon);
  addon->ending = true;
  addon_capture_gone(addon); // in case there is none
}

static napi_status define_functions(napi_env env, napi_value exports) {
  static const struct {
    const char *name;
    napi_callback call;
  } functions[] = {
      {"captureOpen", js_capture_open},
      {"captureRead", js_capture_read},
      {"captureStatus", js_capture_status},
      {"captureClose", js_capture_close},
      {"captureClosingMs", js_capture_closing_ms},
      {"listDevices", js_list_devices},
      {"probeDevice", js_probe_device},
      {"mixerRead", js_mixer_read},
      {"mixerChange", js_mixer_change},
      {"mp3Open", js_mp3_open},
      {"mp3Encode", js_mp3_encode},
      {"mp3Close", js_mp3_close},
      {"opusOpen", js_opus_open},
      {"flacOpen", js_flac_open},
      {"packetsFacts", js_packets_facts},
      {"packetsEncode", js_packets_encode},
      {"packetsClose", js_packets_close},
      {"oggPage", js_ogg_page},
      {"readSoundFile", js_read_sound_file},
      {"fanOutOpen", js_fan_out_open},
      {"fanOutAdd", js_fan_out_add},
      {"fanOutJoin", js_fan_out_join},
      {"fanOutSendAll", js_fan_out_send_all},
      {"fanOutSend", js_fan_out_send},
      {"fanOutTruth", js_fan_out_truth},
      {"fanOutRemove", js_fan_out_remove},
      {"fanOutClose", js_fan_out_close},
      {"tellServiceManager", js_tell_service_manager},
  };
  napi_status status = napi_ok;
  for (size_t i = 0; i < sizeof functions / sizeof *functions && status == napi_ok; i++) {
    napi_value function;
    status = napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, NULL, &function);
    if (status == napi_ok) status = napi_set_named_property(env, exports, functions[i].name, function);
  }
  return status;
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  struct addon *addon = calloc(1, sizeof *addon);
  if (!addon || napi_get_uv_event_loop(env, &addon->loop) != napi_ok ||
      napi_set_instance_data(env, addon, on_instance_data_dropped, NULL) != napi_ok) {
    free(addon);
    napi_throw_error(env, NULL, "the addon cannot set itself up");
    return NULL;
  }
  addon->references = 1;
  if (napi_add_async_cleanup_hook(env, on_environment_ends, addon, &addon->cleanup) != napi_ok) {
    napi_throw_error(env, NULL, "the addon cannot hear of the end of its environment");
    return NULL;
  }
  addon->references = 2;
  return define_functions(env, exports) == napi_ok ? exports : NULL;
}
