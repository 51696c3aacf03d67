#include "../core/service_manager.h"
#include "addon.h"
#include <string.h>

napi_value js_tell_service_manager(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  char address[256], message[1024];
  if (!js_arguments(env, info, 2, arguments) || !js_to_text(env, arguments[0], "address", address, sizeof address) ||
      !js_to_text(env, arguments[1], "message", message, sizeof message))
    return NULL;
  return js_number(env, service_manager_tell(address, message, strlen(message)));
}
