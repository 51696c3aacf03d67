#ifndef BOARDFEED_JS_VALUES_H
#define BOARDFEED_JS_VALUES_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * JavaScript values in and out. Functions that return bool return false with a JavaScript exception pending: a
 * TypeError for a wrong type, a RangeError for a value that cannot be. Those that make values cannot fail but for lack
 * of memory, and return NULL then.
 */

/** Fetches exactly `count` arguments. */
bool js_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments);

/** `name` is how the message calls the value. */
bool js_to_number(napi_env env, napi_value value, const char *name, double least, double most, double *number);

/** Like js_to_number(), for whole numbers. */
bool js_to_integer(napi_env env, napi_value value, const char *name, double least, double most, unsigned *number);

/** A text that must fit, not be empty and hold no NUL. */
bool js_to_text(napi_env env, napi_value value, const char *name, char *text, size_t text_bytes);

bool js_get_number(napi_env env, napi_value object, const char *name, double least, double most, double *number);
bool js_get_integer(napi_env env, napi_value object, const char *name, double least, double most, unsigned *number);
bool js_get_boolean(napi_env env, napi_value object, const char *name, bool *boolean);
bool js_get_text(napi_env env, napi_value object, const char *name, char *text, size_t text_bytes);
bool js_get(napi_env env, napi_value object, const char *name, napi_value *value);
bool js_is_object(napi_env env, napi_value value, const char *name);

/** The elements of a typed array of the given type. They stay valid until JavaScript runs again. */
bool js_to_typed_array(napi_env env, napi_value value, const char *name, napi_typedarray_type type, void **elements,
                       size_t *length);

/** Makes a tagged object that stands for `data`; `finalize` runs when it is collected. */
bool js_wrap(napi_env env, const napi_type_tag *tag, void *data, napi_finalize finalize, napi_value *object);

/** What js_wrap() put into an object with this very tag. */
bool js_unwrap(napi_env env, napi_value object, const napi_type_tag *tag, const char *name, void **data);

napi_value js_number(napi_env env, double number);
napi_value js_text(napi_env env, const char *text);
napi_value js_boolean(napi_env env, bool boolean);
napi_value js_object(napi_env env);
void js_set(napi_env env, napi_value object, const char *name, napi_value value);
napi_value js_undefined(napi_env env);

#endif
