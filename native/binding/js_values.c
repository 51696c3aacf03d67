#include "js_values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool wrong_type(napi_env env, const char *name, const char *expected) {
  char message[160];
  snprintf(message, sizeof message, "%s must be %s", name, expected);
  napi_throw_type_error(env, NULL, message);
  return false;
}

static bool is_a(napi_env env, napi_value value, napi_valuetype wanted) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) == napi_ok && type == wanted;
}

bool js_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments) {
  size_t given = count;
  if (napi_get_cb_info(env, info, &given, arguments, NULL, NULL) != napi_ok) return false;
  if (given >= count) // missing ones are undefined and fail their own check; this one only has the better words
    return true;
  char message[96];
  snprintf(message, sizeof message, "%zu arguments are needed, %zu were given", count, given);
  napi_throw_type_error(env, NULL, message);
  return false;
}

bool js_to_number(napi_env env, napi_value value, const char *name, double least, double most, double *number) {
  if (!is_a(env, value, napi_number)) return wrong_type(env, name, "a number");
  napi_get_value_double(env, value, number);
  if (*number >= least && *number <= most) return true;
  char message[160];
  snprintf(message, sizeof message, "%s must lie between %g and %g", name, least, most);
  napi_throw_range_error(env, NULL, message);
  return false;
}

bool js_to_integer(napi_env env, napi_value value, const char *name, double least, double most, unsigned *number) {
  double wide;
  if (!js_to_number(env, value, name, least, most, &wide)) return false;
  if (wide != floor(wide)) return wrong_type(env, name, "a whole number");
  *number = (unsigned)wide;
  return true;
}

bool js_to_text(napi_env env, napi_value value, const char *name, char *text, size_t text_bytes) {
  if (!is_a(env, value, napi_string)) return wrong_type(env, name, "a string");
  size_t whole, copied;
  napi_get_value_string_utf8(env, value, NULL, 0, &whole);
  napi_get_value_string_utf8(env, value, text, text_bytes, &copied);
  if (whole == 0) return wrong_type(env, name, "a string that is not empty");
  if (strlen(text) == whole) return true;
  char expected[80];
  snprintf(expected, sizeof expected, "a string of at most %zu bytes without NUL", text_bytes - 1);
  return wrong_type(env, name, expected);
}

bool js_get(napi_env env, napi_value object, const char *name, napi_value *value) {
  return napi_get_named_property(env, object, name, value) == napi_ok; // else a getter has thrown
}

bool js_get_number(napi_env env, napi_value object, const char *name, double least, double most, double *number) {
  napi_value value;
  return js_get(env, object, name, &value) && js_to_number(env, value, name, least, most, number);
}

bool js_get_integer(napi_env env, napi_value object, const char *name, double least, double most, unsigned *number) {
  napi_value value;
  return js_get(env, object, name, &value) && js_to_integer(env, value, name, least, most, number);
}

bool js_get_boolean(napi_env env, napi_value object, const char *name, bool *boolean) {
  napi_value value;
  if (!js_get(env, object, name, &value)) return false;
  if (!is_a(env, value, napi_boolean)) return wrong_type(env, name, "a boolean");
  return napi_get_value_bool(env, value, boolean) == napi_ok;
}

bool js_get_text(napi_env env, napi_value object, const char *name, char *text, size_t text_bytes) {
  napi_value value;
  return js_get(env, object, name, &value) && js_to_text(env, value, name, text, text_bytes);
}

bool js_is_object(napi_env env, napi_value value, const char *name) {
  return is_a(env, value, napi_object) || wrong_type(env, name, "an object");
}

bool js_to_typed_array(napi_env env, napi_value value, const char *name, napi_typedarray_type type, void **elements,
                       size_t *length) {
  static const char *const names[] = {
      [napi_uint8_array] = "a Uint8Array",     [napi_int32_array] = "an Int32Array",
      [napi_uint32_array] = "a Uint32Array",   [napi_float32_array] = "a Float32Array",
      [napi_float64_array] = "a Float64Array",
  };
  bool is_typed_array = false;
  napi_typedarray_type actual;
  if (napi_is_typedarray(env, value, &is_typed_array) != napi_ok || !is_typed_array ||
      napi_get_typedarray_info(env, value, &actual, length, elements, NULL, NULL) != napi_ok || actual != type)
    return wrong_type(env, name, names[type]);
  return true;
}

bool js_wrap(napi_env env, const napi_type_tag *tag, void *data, napi_finalize finalize, napi_value *object) {
  return napi_create_object(env, object) == napi_ok && napi_type_tag_object(env, *object, tag) == napi_ok &&
         napi_wrap(env, *object, data, finalize, NULL, NULL) == napi_ok;
}

bool js_unwrap(napi_env env, napi_value object, const napi_type_tag *tag, const char *name, void **data) {
  bool tagged = false;
  if (!is_a(env, object, napi_object) || napi_check_object_type_tag(env, object, tag, &tagged) != napi_ok || !tagged)
    return wrong_type(env, name, "a handle of its own kind");
  return napi_unwrap(env, object, data) == napi_ok;
}

napi_value js_number(napi_env env, double number) {
  napi_value value = NULL;
  napi_create_double(env, number, &value);
  return value;
}

napi_value js_text(napi_env env, const char *text) {
  napi_value value = NULL;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}

napi_value js_boolean(napi_env env, bool boolean) {
  napi_value value = NULL;
  napi_get_boolean(env, boolean, &value);
  return value;
}

napi_value js_object(napi_env env) {
  napi_value value = NULL;
  napi_create_object(env, &value);
  return value;
}

void js_set(napi_env env, napi_value object, const char *name, napi_value value) {
  if (object && value) napi_set_named_property(env, object, name, value);
}

napi_value js_undefined(napi_env env) {
  napi_value value = NULL;
  napi_get_undefined(env, &value);
  return value;
}
