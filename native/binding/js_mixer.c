#include "../core/mixer.h"
#include "addon.h"
#include "js_job.h"
#include <stdio.h>
#include <stdlib.h>

/** A reading of a card's mixer, after a change of it where one is wanted. */
struct mixing {
  char card[256];
  bool changes;
  struct mixer_change change;
  struct mixer_element *elements;
  int count;
};

static napi_value decibels(napi_env env, long millibels) {
  return js_number(env, (double)millibels / 100);
}

static napi_value gain_object(napi_env env, const struct mixer_element *element) {
  napi_value object = js_object(env), values, values_db;
  if (napi_create_array(env, &values) != napi_ok || napi_create_array(env, &values_db) != napi_ok) return NULL;
  for (unsigned i = 0; i < element->channels; i++) {
    napi_set_element(env, values, i, js_number(env, (double)element->gains[i]));
    napi_set_element(env, values_db, i, decibels(env, element->millibels[i]));
  }
  js_set(env, object, "min", js_number(env, (double)element->gain_min));
  js_set(env, object, "max", js_number(env, (double)element->gain_max));
  js_set(env, object, "values", values);
  if (!element->has_db) return object;
  js_set(env, object, "minDb", decibels(env, element->millibels_min));
  js_set(env, object, "maxDb", decibels(env, element->millibels_max));
  js_set(env, object, "valuesDb", values_db);
  return object;
}

static napi_value element_object(napi_env env, const struct mixer_element *element) {
  napi_value object = js_object(env), options;
  js_set(env, object, "name", js_text(env, element->name));
  js_set(env, object, "index", js_number(env, element->index));
  if (element->has_gain) js_set(env, object, "gain", gain_object(env, element));
  if (element->has_switch) js_set(env, object, "on", js_boolean(env, element->on));
  if (element->option_count == 0) return object;
  if (napi_create_array(env, &options) != napi_ok) return NULL;
  for (unsigned i = 0; i < element->option_count; i++)
    napi_set_element(env, options, i, js_text(env, element->options[i]));
  js_set(env, object, "options", options);
  js_set(env, object, "option", js_number(env, element->option));
  return object;
}

static bool run_mixing(void *data, char *error, size_t error_bytes) {
  struct mixing *mixing = data;
  struct failure failure;
  int code = mixing->changes ? mixer_change(mixing->card, &mixing->change, &failure) : 0;
  // Opened anew after a change: what the card then says, and not what it was told.
  if (code >= 0) code = mixing->count = mixer_read(mixing->card, &mixing->elements, &failure);
  if (code < 0) snprintf(error, error_bytes, "%s", failure.message);
  return code >= 0;
}

static napi_value mixing_result(napi_env env, void *data) {
  struct mixing *mixing = data;
  napi_value array;
  if (napi_create_array(env, &array) != napi_ok) return NULL;
  for (int i = 0; i < mixing->count; i++)
    napi_set_element(env, array, (uint32_t)i, element_object(env, &mixing->elements[i]));
  return array;
}

static void dispose_mixing(void *data) {
  struct mixing *mixing = data;
  free(mixing->elements);
  free(mixing);
}

static const struct job_kind reading_kind = {"boardfeed.mixerRead", run_mixing, mixing_result, dispose_mixing};
static const struct job_kind changing_kind = {"boardfeed.mixerChange", run_mixing, mixing_result, dispose_mixing};

/** Fetches a property that may be undefined; `*given` says whether it is not. */
static bool optional(napi_env env, napi_value object, const char *name, napi_value *value, bool *given) {
  napi_valuetype type;
  if (!js_get(env, object, name, value) || napi_typeof(env, *value, &type) != napi_ok) return false;
  *given = type != napi_undefined;
  return true;
}

static bool read_change(napi_env env, napi_value object, struct mixer_change *change) {
  napi_value gain, on, option;
  double steps = 0;
  if (!js_is_object(env, object, "change") || !js_get_text(env, object, "name", change->name, sizeof change->name) ||
      !js_get_integer(env, object, "index", 0, UINT32_MAX, &change->index) ||
      !optional(env, object, "gain", &gain, &change->sets_gain) ||
      !optional(env, object, "on", &on, &change->sets_switch) ||
      !optional(env, object, "option", &option, &change->sets_option))
    return false;
  if (change->sets_gain && !js_to_number(env, gain, "gain", INT32_MIN, INT32_MAX, &steps)) return false;
  change->gain = (long)steps;
  if ((double)change->gain != steps) {
    napi_throw_type_error(env, NULL, "gain must be a whole number");
    return false;
  }
  if (change->sets_switch && !js_get_boolean(env, object, "on", &change->on)) return false;
  return !change->sets_option || js_to_integer(env, option, "option", 0, MIXER_OPTIONS_MAX - 1, &change->option);
}

static napi_value start(napi_env env, napi_callback_info info, bool changes) {
  napi_value arguments[2];
  struct mixing *mixing = calloc(1, sizeof *mixing);
  if (!mixing) {
    napi_throw_error(env, NULL, "no memory");
    return NULL;
  }
  mixing->changes = changes;
  if (!js_arguments(env, info, changes ? 2 : 1, arguments) ||
      !js_to_text(env, arguments[0], "card", mixing->card, sizeof mixing->card) ||
      (changes && !read_change(env, arguments[1], &mixing->change))) {
    free(mixing);
    return NULL;
  }
  return js_job_start(env, changes ? &changing_kind : &reading_kind, mixing);
}

napi_value js_mixer_read(napi_env env, napi_callback_info info) {
  return start(env, info, false);
}

napi_value js_mixer_change(napi_env env, napi_callback_info info) {
  return start(env, info, true);
}
