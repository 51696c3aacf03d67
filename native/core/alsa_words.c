#include "alsa_words.h"

#include <alsa/asoundlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// alsa-lib hands its handler no context, but lets each thread have its own.
static _Thread_local struct alsa_words *listening;

static void hear(const char *file, int line, const char *function, int error, const char *format, va_list arguments) {
  (void)file;
  (void)line;
  (void)function;
  if (!listening || listening->first[0]) return;
  vsnprintf(listening->first, sizeof listening->first, format, arguments);
  size_t length = strlen(listening->first);
  while (length > 0 && listening->first[length - 1] == '\n')
    listening->first[--length] = '\0';
  if (error) snprintf(listening->first + length, sizeof listening->first - length, ": %s", snd_strerror(error));
}

void alsa_words_listen(struct alsa_words *words) {
  if (words) words->first[0] = '\0';
  listening = words;
  snd_lib_error_set_local(hear);
}
