#include "../core/device_list.h"
#include "addon.h"
#include "js_job.h"
#include <stdio.h>
#include <stdlib.h>

struct listing {
  struct device_entry *entries;
  int count;
};

struct probing {
  char name[256];
  struct pcm_capabilities capabilities;
};

static napi_value capabilities_object(napi_env env, const struct pcm_capabilities *capabilities) {
  napi_value object = js_object(env), rates, formats;
  uint32_t rate_count = 0, format_count = 0;
  if (napi_create_array(env, &rates) != napi_ok || napi_create_array(env, &formats) != napi_ok) return NULL;
  for (int i = 0; i < PROBED_RATES; i++)
    if (capabilities->rates[i]) napi_set_element(env, rates, rate_count++, js_number(env, probed_rates_hz[i]));
  for (int i = 0; i < SAMPLE_FORMATS; i++)
    if (capabilities->formats[i])
      napi_set_element(env, formats, format_count++, js_text(env, sample_format_name((enum sample_format)i)));
  js_set(env, object, "ratesHz", rates);
  js_set(env, object, "formats", formats);
  js_set(env, object, "minChannels", js_number(env, capabilities->channels_min));
  js_set(env, object, "maxChannels", js_number(env, capabilities->channels_max));
  return object;
}

static napi_value device_object(napi_env env, const struct device_entry *entry) {
  napi_value object = js_object(env);
  js_set(env, object, "name", js_text(env, entry->name));
  js_set(env, object, "card", js_number(env, entry->card));
  js_set(env, object, "device", js_number(env, entry->device));
  js_set(env, object, "cardId", js_text(env, entry->card_id));
  js_set(env, object, "cardName", js_text(env, entry->card_name));
  js_set(env, object, "deviceName", js_text(env, entry->device_name));
  js_set(env, object, "driver", js_text(env, entry->driver));
  if (entry->problem[0])
    js_set(env, object, "problem", js_text(env, entry->problem));
  else
    js_set(env, object, "capabilities", capabilities_object(env, &entry->capabilities));
  return object;
}

static bool run_listing(void *data, char *error, size_t error_bytes) {
  struct listing *listing = data;
  listing->count = device_list(&listing->entries);
  if (listing->count < 0) snprintf(error, error_bytes, "list the sound cards: %s", snd_strerror(listing->count));
  return listing->count >= 0;
}

static napi_value listing_result(napi_env env, void *data) {
  struct listing *listing = data;
  napi_value array;
  if (napi_create_array(env, &array) != napi_ok) return NULL;
  for (int i = 0; i < listing->count; i++)
    napi_set_element(env, array, (uint32_t)i, device_object(env, &listing->entries[i]));
  return array;
}

static void dispose_listing(void *data) {
  struct listing *listing = data;
  free(listing->entries);
  free(listing);
}

static bool run_probing(void *data, char *error, size_t error_bytes) {
  struct probing *probing = data;
  struct failure failure;
  if (pcm_probe(probing->name, &probing->capabilities, &failure) == 0) return true;
  snprintf(error, error_bytes, "%s", failure.message);
  return false;
}

static napi_value probing_result(napi_env env, void *data) {
  struct probing *probing = data;
  return capabilities_object(env, &probing->capabilities);
}

static const struct job_kind listing_kind = {"boardfeed.listDevices", run_listing, listing_result, dispose_listing};
static const struct job_kind probing_kind = {"boardfeed.probeDevice", run_probing, probing_result, free};

napi_value js_list_devices(napi_env env, napi_callback_info info) {
  (void)info;
  struct listing *listing = calloc(1, sizeof *listing);
  if (!listing) {
    napi_throw_error(env, NULL, "no memory");
    return NULL;
  }
  return js_job_start(env, &listing_kind, listing);
}

napi_value js_probe_device(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct probing *probing = calloc(1, sizeof *probing);
  if (!probing) {
    napi_throw_error(env, NULL, "no memory");
    return NULL;
  }
  if (!js_arguments(env, info, 1, &argument) ||
      !js_to_text(env, argument, "name", probing->name, sizeof probing->name)) {
    free(probing);
    return NULL;
  }
  return js_job_start(env, &probing_kind, probing);
}
