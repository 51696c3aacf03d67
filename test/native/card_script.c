#include "card_script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned read_number(const char *word) {
  return (unsigned)strtoul(word, NULL, 10);
}

static unsigned read_format(const char *word) {
  return (unsigned)snd_pcm_format_value(word);
}

static unsigned read_access(const char *word) {
  if (strcmp(word, "mmap") == 0) return SND_PCM_ACCESS_MMAP_INTERLEAVED;
  return strcmp(word, "readi") == 0 ? SND_PCM_ACCESS_RW_INTERLEAVED : SND_PCM_ACCESS_MMAP_NONINTERLEAVED;
}

static struct offer read_offer(const char *text, unsigned (*read_word)(const char *)) {
  char copy[256];
  struct offer offer = {0};
  snprintf(copy, sizeof copy, "%s", text);
  char *rest = NULL;
  for (char *word = strtok_r(copy, " ", &rest); word && offer.count < LIST_MAX; word = strtok_r(NULL, " ", &rest))
    offer.list[offer.count++] = read_word(word);
  return offer;
}

static void read_faults(struct script *script, const char *text) {
  int used;
  for (; script->fault_count < FAULTS_MAX; text += used) {
    struct fault *fault = &script->faults[script->fault_count];
    unsigned long long frame;
    used = 0;
    if (sscanf(text, " %15[a-z_]@%llu%n", fault->kind, &frame, &used) != 2) return;
    fault->frame = frame;
    int more = 0;
    if (sscanf(text + used, "+%u%n", &fault->ms, &more) == 1) used += more;
    script->fault_count++;
  }
}

static int read_field(const char *id, const char *text, struct script *script) {
  if (strcmp(id, "formats") == 0)
    script->formats = read_offer(text, read_format);
  else if (strcmp(id, "rates") == 0)
    script->rates = read_offer(text, read_number);
  else if (strcmp(id, "channels") == 0)
    script->channels = read_offer(text, read_number);
  else if (strcmp(id, "accesses") == 0)
    script->accesses = read_offer(text, read_access);
  else if (strcmp(id, "signal") == 0)
    script->zeros = strcmp(text, "zeros") == 0;
  else if (strcmp(id, "faults") == 0)
    read_faults(script, text);
  else if (strcmp(id, "open_error") == 0)
    script->open_error = read_number(text);
  else if (strcmp(id, "open_delay_ms") == 0)
    script->open_delay_ms = read_number(text);
  else if (strcmp(id, "mmap_error") == 0)
    script->mmap_error = read_number(text);
  else if (strcmp(id, "type") != 0)
    return -EINVAL;
  return 0;
}

int card_script_read(snd_config_t *config, struct script *script) {
  memset(script, 0, sizeof *script);
  script->formats = read_offer("S32_LE S24_LE S24_3LE FLOAT_LE S16_LE", read_format);
  script->rates = read_offer("44100 48000 96000", read_number);
  script->channels = read_offer("2", read_number);
  script->accesses = read_offer("mmap mmap_planar readi", read_access);
  snd_config_iterator_t at, next;
  snd_config_for_each(at, next, config) {
    snd_config_t *entry = snd_config_iterator_entry(at);
    const char *id;
    char *text; // alsa-lib reads what looks like a number as one; this gives every kind back as it was written
    if (snd_config_get_id(entry, &id) < 0 || snd_config_get_ascii(entry, &text) < 0) continue;
    int code = read_field(id, text, script);
    free(text);
    if (code < 0) {
      SNDERR("The scripted card knows no field %s", id);
      return code;
    }
  }
  return 0;
}
