#include "device_list.h"

#include "alsa_words.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list {
  struct device_entry *entries;
  size_t count;
};

static struct device_entry *append(struct list *list) {
  struct device_entry *grown = realloc(list->entries, (list->count + 1) * sizeof *grown);
  if (!grown) return NULL;
  list->entries = grown;
  struct device_entry *entry = &grown[list->count++];
  memset(entry, 0, sizeof *entry);
  return entry;
}

static int add_device(struct list *list, const snd_ctl_card_info_t *card, const snd_pcm_info_t *pcm) {
  struct device_entry *entry = append(list);
  if (!entry) return -ENOMEM;
  entry->card = snd_ctl_card_info_get_card(card);
  entry->device = (int)snd_pcm_info_get_device(pcm);
  snprintf(entry->card_id, sizeof entry->card_id, "%s", snd_ctl_card_info_get_id(card));
  snprintf(entry->card_name, sizeof entry->card_name, "%s", snd_ctl_card_info_get_name(card));
  snprintf(entry->device_name, sizeof entry->device_name, "%s", snd_pcm_info_get_name(pcm));
  snprintf(entry->driver, sizeof entry->driver, "%s", snd_ctl_card_info_get_driver(card));
  snprintf(entry->name, sizeof entry->name, "hw:CARD=%s,DEV=%d", entry->card_id, entry->device);
  struct failure failure;
  if (pcm_probe(entry->name, &entry->capabilities, &failure) < 0)
    snprintf(entry->problem, sizeof entry->problem, "%s", failure.message);
  return 0;
}

static int add_card(struct list *list, int number) {
  char name[32];
  snprintf(name, sizeof name, "hw:%d", number);
  snd_ctl_t *control;
  if (snd_ctl_open(&control, name, SND_CTL_NONBLOCK) < 0) return 0; // unplugged since it was counted
  snd_ctl_card_info_t *card;
  snd_ctl_card_info_alloca(&card);
  snd_pcm_info_t *pcm;
  snd_pcm_info_alloca(&pcm);
  int code = 0;
  int device = -1;
  if (snd_ctl_card_info(control, card) >= 0) {
    while (code == 0 && snd_ctl_pcm_next_device(control, &device) >= 0 && device >= 0) {
      snd_pcm_info_set_device(pcm, (unsigned)device);
      snd_pcm_info_set_subdevice(pcm, 0);
      snd_pcm_info_set_stream(pcm, SND_PCM_STREAM_CAPTURE);
      if (snd_ctl_pcm_info(control, pcm) >= 0) // else it plays only
        code = add_device(list, card, pcm);
    }
  }
  snd_ctl_close(control);
  return code;
}

int device_list(struct device_entry **entries) {
  alsa_words_listen(NULL); // a card without capture is no error worth a line on stderr
  struct list list = {0};
  int code = 0;
  int card = -1;
  while (code == 0 && snd_card_next(&card) >= 0 && card >= 0)
    code = add_card(&list, card);
  if (code < 0) {
    free(list.entries);
    return code;
  }
  *entries = list.entries;
  return (int)list.count;
}
