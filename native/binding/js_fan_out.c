#include "../core/fan_out.h"
#include "addon.h"
#include <stdlib.h>

static const napi_type_tag fan_out_tag = {0x6d1e0a97c35b42f8, 0x91c7e4b2085fd36a};

struct js_fan_out {
  /** NULL once closed. */
  struct fan_out *fan;
};

static void on_collected(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  struct js_fan_out *js = data;
  fan_out_destroy(js->fan);
  free(js);
}

napi_value js_fan_out_open(napi_env env, napi_callback_info info) {
  napi_value argument, object;
  struct fan_out_options options;
  if (!js_arguments(env, info, 1, &argument) || !js_is_object(env, argument, "options") ||
      !js_get_integer(env, argument, "unsentBytes", 1, INT32_MAX, &options.unsent_bytes) ||
      !js_get_integer(env, argument, "deadAfterMs", 1, INT32_MAX, &options.dead_after_ms))
    return NULL;
  struct js_fan_out *js = calloc(1, sizeof *js);
  if (js) js->fan = fan_out_create(&options);
  if (!js || !js->fan || !js_wrap(env, &fan_out_tag, js, on_collected, &object)) {
    if (js) fan_out_destroy(js->fan);
    free(js);
    napi_throw_error(env, NULL, "no memory");
    return NULL;
  }
  return object;
}

/** The arguments of a call, the first of which is an open fan-out. */
static bool to_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments,
                         struct fan_out **fan) {
  struct js_fan_out *js;
  if (!js_arguments(env, info, count, arguments) || !js_unwrap(env, arguments[0], &fan_out_tag, "fanOut", (void **)&js))
    return false;
  *fan = js->fan;
  if (!js->fan) napi_throw_error(env, NULL, "the fan-out is closed");
  return js->fan != NULL;
}

/** The same, with an id behind it. An id that never was is as good as one that is gone: the core knows neither. */
static bool to_connection(napi_env env, napi_callback_info info, size_t count, napi_value *arguments,
                          struct fan_out **fan, int32_t *id) {
  unsigned number;
  if (!to_arguments(env, info, count, arguments, fan) || !js_to_integer(env, arguments[1], "id", 0, INT32_MAX, &number))
    return false;
  *id = (int32_t)number;
  return true;
}

napi_value js_fan_out_add(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct fan_out *fan;
  unsigned descriptor;
  if (!to_arguments(env, info, 2, arguments, &fan) ||
      !js_to_integer(env, arguments[1], "descriptor", 0, INT32_MAX, &descriptor))
    return NULL;
  return js_number(env, fan_out_add(fan, (int)descriptor));
}

napi_value js_fan_out_join(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct fan_out *fan;
  int32_t id;
  if (!to_connection(env, info, 2, arguments, &fan, &id)) return NULL;
  return js_number(env, fan_out_join(fan, id));
}

napi_value js_fan_out_send_all(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  struct fan_out *fan;
  void *data, *shorts;
  size_t bytes, length;
  if (!to_arguments(env, info, 3, arguments, &fan) ||
      !js_to_typed_array(env, arguments[1], "data", napi_uint8_array, &data, &bytes) ||
      !js_to_typed_array(env, arguments[2], "shorts", napi_int32_array, &shorts, &length))
    return NULL;
  // Pairs of numbers in JavaScript are an array of this struct in C.
  _Static_assert(sizeof(struct fan_out_short) == 2 * sizeof(int32_t), "two numbers, and nothing between them");
  if (length / 2 < fan_out_count(fan)) {
    napi_throw_range_error(env, NULL, "shorts must hold two numbers for each connection");
    return NULL;
  }
  return js_number(env, (double)fan_out_send_all(fan, data, bytes, shorts));
}

napi_value js_fan_out_send(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  struct fan_out *fan;
  int32_t id;
  void *data;
  size_t bytes;
  unsigned from;
  if (!to_connection(env, info, 4, arguments, &fan, &id) ||
      !js_to_typed_array(env, arguments[2], "data", napi_uint8_array, &data, &bytes) ||
      !js_to_integer(env, arguments[3], "from", 0, (double)(bytes > INT32_MAX ? INT32_MAX : bytes), &from))
    return NULL;
  return js_number(env, fan_out_send(fan, id, (unsigned char *)data + from, bytes - from));
}

napi_value js_fan_out_truth(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  struct fan_out *fan;
  int32_t id;
  void *numbers;
  size_t length;
  if (!to_connection(env, info, 3, arguments, &fan, &id) ||
      !js_to_typed_array(env, arguments[2], "truth", napi_float64_array, &numbers, &length))
    return NULL;
  if (length < sizeof(struct fan_out_truth) / sizeof(double)) {
    napi_throw_range_error(env, NULL, "truth must hold 9 numbers");
    return NULL;
  }
  return js_number(env, fan_out_truth(fan, id, numbers));
}

napi_value js_fan_out_remove(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct fan_out *fan;
  int32_t id;
  if (!to_connection(env, info, 2, arguments, &fan, &id)) return NULL;
  return js_number(env, fan_out_remove(fan, id));
}

napi_value js_fan_out_close(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct js_fan_out *js;
  if (!js_arguments(env, info, 1, &argument) || !js_unwrap(env, argument, &fan_out_tag, "fanOut", (void **)&js))
    return NULL;
  fan_out_destroy(js->fan);
  js->fan = NULL;
  return js_undefined(env);
}
