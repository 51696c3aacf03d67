#include "js_capture.h"

#include <stdio.h>

/** A ms within which every time must lie that is set for a capture. */
static const double LONGEST_MS = 60000;

static bool get_channels(napi_env env, napi_value object, struct pcm_asked *asked) {
  napi_value list;
  bool is_array = false;
  uint32_t length = 0;
  if (!js_get(env, object, "channels", &list)) return false;
  if (napi_is_array(env, list, &is_array) == napi_ok && is_array) napi_get_array_length(env, list, &length);
  if (length < 1 || length > PROGRAMME_CHANNELS_MAX) {
    napi_throw_type_error(env, NULL, "channels must be an array of one or two numbers");
    return false;
  }
  asked->channel_count = length;
  for (uint32_t i = 0; i < length; i++) {
    napi_value channel;
    if (napi_get_element(env, list, i, &channel) != napi_ok ||
        !js_to_integer(env, channel, "each of channels", 1, 1024, &asked->channels[i]))
      return false;
  }
  return true;
}

bool js_capture_options(napi_env env, napi_value object, struct capture_options *options, char *device,
                        size_t device_bytes) {
  struct pcm_asked *asked = &options->asked;
  asked->name = device;
  return js_is_object(env, object, "options") && js_get_text(env, object, "device", device, device_bytes) &&
         js_get_integer(env, object, "rateHz", 1000, 768000, &asked->rate_hz) && get_channels(env, object, asked) &&
         js_get_number(env, object, "periodMs", 0.5, 1000, &asked->period_ms) &&
         js_get_number(env, object, "bufferMs", 1, 10000, &asked->buffer_ms) &&
         js_get_number(env, object, "stallMs", 1, LONGEST_MS, &options->stall_ms) &&
         js_get_number(env, object, "ringMs", 1, LONGEST_MS, &options->ring_ms) &&
         js_get_boolean(env, object, "convertRate", &asked->convert_rate);
}

static napi_value granted_object(napi_env env, const struct capture_status *status) {
  const struct pcm_granted *granted = &status->granted;
  bool readi = granted->access == SND_PCM_ACCESS_RW_INTERLEAVED;
  napi_value object = js_object(env);
  js_set(env, object, "access", js_text(env, readi ? "readi" : "mmap"));
  js_set(env, object, "format", js_text(env, sample_format_name(granted->format)));
  js_set(env, object, "rateHz", js_number(env, granted->rate_hz));
  js_set(env, object, "cardChannels", js_number(env, granted->card_channels));
  js_set(env, object, "channels", js_number(env, status->channels));
  js_set(env, object, "periodFrames", js_number(env, (double)granted->period_frames));
  js_set(env, object, "bufferFrames", js_number(env, (double)granted->buffer_frames));
  // Every block is one period: when several wait there are several blocks.
  js_set(env, object, "maxBlockFrames", js_number(env, (double)granted->period_frames));
  js_set(env, object, "converted", js_boolean(env, granted->converted));
  return object;
}

static napi_value end_object(napi_env env, const struct failure *end) {
  napi_value object = js_object(env);
  js_set(env, object, "cause", js_text(env, end_cause_name(end->cause)));
  js_set(env, object, "errno", js_number(env, end->error));
  js_set(env, object, "message", js_text(env, end->message));
  return object;
}

static napi_value realtime_object(napi_env env, const struct realtime *realtime) {
  napi_value object = js_object(env);
  js_set(env, object, "granted", js_boolean(env, realtime->granted));
  js_set(env, object, "message", js_text(env, realtime->message));
  return object;
}

napi_value js_capture_status_object(napi_env env, const struct capture_status *status) {
  static const char *const states[] = {
      [CAPTURE_OPENING] = "opening",
      [CAPTURE_RUNNING] = "running",
      [CAPTURE_ENDED] = "ended",
  };
  napi_value object = js_object(env);
  js_set(env, object, "state", js_text(env, states[status->state]));
  if (status->opened) js_set(env, object, "granted", granted_object(env, status));
  if (status->state == CAPTURE_ENDED) js_set(env, object, "end", end_object(env, &status->end));
  js_set(env, object, "realtime", realtime_object(env, &status->realtime));
  js_set(env, object, "xruns", js_number(env, (double)status->xruns));
  js_set(env, object, "suspends", js_number(env, (double)status->suspends));
  napi_value lost = js_object(env);
  js_set(env, lost, "card", js_number(env, (double)status->lost_in_card_frames));
  js_set(env, lost, "ring", js_number(env, (double)status->lost_in_ring_frames));
  js_set(env, object, "lostFrames", lost);
  return object;
}
