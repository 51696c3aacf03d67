#include "../core/sound_file.h"
#include "addon.h"
#include "js_job.h"
#include <limits.h>
#include <stdlib.h>

struct reading {
  char path[PATH_MAX];
  struct sound_file_options options;
  struct sound sound;
};

static bool run_reading(void *data, char *error, size_t error_bytes) {
  struct reading *reading = data;
  return sound_file_read(&reading->options, &reading->sound, error, error_bytes);
}

static void free_samples(napi_env env, void *samples, void *hint) {
  (void)env;
  (void)hint;
  free(samples);
}

static napi_value reading_result(napi_env env, void *data) {
  struct reading *reading = data;
  size_t length = reading->sound.frames * (size_t)reading->options.channels;
  napi_value buffer, array;
  // Handed over and not copied: minutes of sound would hold the event loop for as long as several blocks.
  if (napi_create_external_arraybuffer(env, reading->sound.samples, length * sizeof(float), free_samples, NULL,
                                       &buffer) != napi_ok)
    return NULL;
  reading->sound.samples = NULL;
  return napi_create_typedarray(env, napi_float32_array, length, buffer, 0, &array) == napi_ok ? array : NULL;
}

static void dispose_reading(void *data) {
  struct reading *reading = data;
  free(reading->sound.samples);
  free(reading);
}

static const struct job_kind reading_kind = {"boardfeed.readSoundFile", run_reading, reading_result, dispose_reading};

napi_value js_read_sound_file(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  unsigned rate_hz, channels;
  struct reading *reading = calloc(1, sizeof *reading);
  if (!reading) {
    napi_throw_error(env, NULL, "no memory");
    return NULL;
  }
  if (!js_arguments(env, info, 4, arguments) ||
      !js_to_text(env, arguments[0], "path", reading->path, sizeof reading->path) ||
      !js_to_integer(env, arguments[1], "rateHz", 1000, 768000, &rate_hz) ||
      !js_to_integer(env, arguments[2], "channels", 1, 2, &channels) ||
      !js_to_number(env, arguments[3], "maxSeconds", 0, 86400, &reading->options.max_seconds)) {
    free(reading);
    return NULL;
  }
  reading->options.path = reading->path;
  reading->options.rate_hz = (int)rate_hz;
  reading->options.channels = (int)channels;
  return js_job_start(env, &reading_kind, reading);
}
