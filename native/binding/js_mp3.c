#include "../core/mp3.h"
#include "addon.h"
#include <math.h>
#include <stdlib.h>

// Random, so that no other addon's objects are taken for ours.
static const napi_type_tag mp3_tag = {0x27c4b1f86e0d4d92, 0xb8f61a3d59e7042c};

struct js_mp3 {
  /** NULL once closed. */
  struct mp3_encoder *encoder;
};

static void on_collected(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  struct js_mp3 *mp3 = data;
  mp3_destroy(mp3->encoder);
  free(mp3);
}

napi_value js_mp3_open(napi_env env, napi_callback_info info) {
  napi_value argument, object;
  unsigned rate_hz, channels, bitrate_kbps, quality;
  bool reservoir;
  if (!js_arguments(env, info, 1, &argument) || !js_is_object(env, argument, "options") ||
      !js_get_integer(env, argument, "rateHz", 8000, 768000, &rate_hz) ||
      !js_get_integer(env, argument, "channels", 1, 2, &channels) ||
      !js_get_integer(env, argument, "bitrateKbps", 0, 10000, &bitrate_kbps) ||
      !js_get_integer(env, argument, "quality", 0, 9, &quality) ||
      !js_get_boolean(env, argument, "reservoir", &reservoir))
    return NULL;
  struct mp3_options options = {
      .rate_hz = (int)rate_hz,
      .channels = (int)channels,
      .bitrate_kbps = (int)bitrate_kbps,
      .quality = (int)quality,
      .reservoir = reservoir,
  };
  char error[160];
  struct mp3_encoder *encoder = mp3_create(&options, error, sizeof error);
  if (!encoder) {
    napi_throw_error(env, NULL, error);
    return NULL;
  }
  struct js_mp3 *mp3 = calloc(1, sizeof *mp3);
  if (!mp3 || !js_wrap(env, &mp3_tag, mp3, on_collected, &object)) {
    mp3_destroy(encoder);
    free(mp3);
    napi_throw_error(env, NULL, "no memory");
    return NULL;
  }
  mp3->encoder = encoder;
  return object;
}

static bool to_mp3(napi_env env, napi_value value, struct js_mp3 **mp3) {
  return js_unwrap(env, value, &mp3_tag, "encoder", (void **)mp3);
}

napi_value js_mp3_encode(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  struct js_mp3 *mp3;
  void *samples, *out;
  size_t samples_length, out_length;
  double frames;
  if (!js_arguments(env, info, 4, arguments) || !to_mp3(env, arguments[0], &mp3) ||
      !js_to_typed_array(env, arguments[1], "samples", napi_float32_array, &samples, &samples_length) ||
      !js_to_number(env, arguments[2], "frames", 0, (double)samples_length, &frames) ||
      !js_to_typed_array(env, arguments[3], "out", napi_uint8_array, &out, &out_length))
    return NULL;
  if (!mp3->encoder) {
    napi_throw_error(env, NULL, "the encoder is closed");
    return NULL;
  }
  if (frames != floor(frames) || frames * mp3_channels(mp3->encoder) > (double)samples_length) {
    napi_throw_range_error(env, NULL, "frames must be a whole number, and samples hold as many frames");
    return NULL;
  }
  char error[160];
  long bytes = mp3_encode(mp3->encoder, samples, (size_t)frames, out, out_length, error, sizeof error);
  if (bytes < 0) {
    napi_throw_error(env, NULL, error);
    return NULL;
  }
  return js_number(env, (double)bytes);
}

napi_value js_mp3_close(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct js_mp3 *mp3;
  if (!js_arguments(env, info, 1, &argument) || !to_mp3(env, argument, &mp3)) return NULL;
  mp3_destroy(mp3->encoder);
  mp3->encoder = NULL;
  return js_undefined(env);
}
