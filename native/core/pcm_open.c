#include "pcm_open.h"

#include <stdio.h>
#include <string.h>

int pcm_open(snd_pcm_t **pcm, const char *name) {
  // A tree of our own instead of the global one: nobody else's open is disturbed by our reading it anew.
  snd_config_t *configuration = NULL;
  snd_config_update_t *files = NULL;
  int code = snd_config_update_r(&configuration, &files, NULL);
  if (code >= 0) code = snd_pcm_open_lconf(pcm, name, SND_PCM_STREAM_CAPTURE, SND_PCM_NONBLOCK, configuration);
  if (configuration) snd_config_delete(configuration);
  if (files) snd_config_update_free(files);
  return code < 0 ? code : 0;
}

int pcm_open_converted(snd_pcm_t **pcm, const char *name) {
  // The name holds commas, equals signs and perhaps quotes, which all mean something between the arguments of a PCM.
  static const char before[] = "plug:SLAVE='";
  char quoted[512];
  size_t length = sizeof before - 1;
  memcpy(quoted, before, length);
  for (const char *at = name; *at; at++) {
    if (length + 4 > sizeof quoted) return -ENAMETOOLONG;
    if (*at == '\'' || *at == '\\') quoted[length++] = '\\';
    quoted[length++] = *at;
  }
  quoted[length++] = '\'';
  quoted[length] = '\0';
  return pcm_open(pcm, quoted);
}
