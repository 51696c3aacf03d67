#include "failure.h"

#include <alsa/asoundlib.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *end_cause_name(enum end_cause cause) {
  static const char *const names[] = {
      [END_ABSENT] = "absent",   [END_BUSY] = "busy",     [END_UNPLUGGED] = "unplugged", [END_STALLED] = "stalled",
      [END_REFUSED] = "refused", [END_FAILED] = "failed", [END_CLOSED] = "closed",
  };
  return names[cause];
}

int failure_set(struct failure *failure, enum end_cause cause, int code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(failure->message, sizeof failure->message, format, arguments);
  va_end(arguments);
  failure->cause = cause;
  failure->error = -code;
  if (code < 0) {
    size_t length = strlen(failure->message);
    snprintf(failure->message + length, sizeof failure->message - length, ": %s", snd_strerror(code));
  }
  return code;
}

void failure_prefix(struct failure *failure, const char *format, ...) {
  char rest[sizeof failure->message];
  memcpy(rest, failure->message, sizeof rest);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(failure->message, sizeof failure->message, format, arguments);
  va_end(arguments);
  size_t length = strlen(failure->message);
  snprintf(failure->message + length, sizeof failure->message - length, ": %s", rest);
}

void failure_append(struct failure *failure, const char *words) {
  size_t length = strlen(failure->message);
  if (words[0]) snprintf(failure->message + length, sizeof failure->message - length, " (%s)", words);
}

enum end_cause cause_of_open_error(int code) {
  switch (-code) {
  case ENOENT:       // no such name in the ALSA configuration, or no such card
  case ENODEV:       // card known by name, not there
  case ENXIO:        // card there, device not
  case ECONNREFUSED: // sound server not running
  case ECONNRESET:   // sound server left while we asked
  case ESHUTDOWN:    // USB device left while we asked
    return END_ABSENT;
  case EBUSY:
    return END_BUSY;
  default:
    return END_FAILED;
  }
}

enum end_cause cause_of_running_error(int code) {
  switch (-code) {
  case ENODEV:
  case ENXIO:
  case ESHUTDOWN:    // USB: the endpoint is gone
  case EBADFD:       // alsa-lib: the stream cannot run any more
  case EIO:          // the pulse plugin, when its server has died
  case ECONNREFUSED: // sound server gone
  case ECONNRESET:
    return END_UNPLUGGED;
  default:
    return END_FAILED;
  }
}
