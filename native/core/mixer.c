#include "mixer.h"

#include "alsa_words.h"
#include <alsa/asoundlib.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int open_control(snd_ctl_t **control, const char *card) {
  // As in pcm_open.c: alsa-lib's own tree would not know a card that was plugged in since it was read.
  snd_config_t *configuration = NULL;
  snd_config_update_t *files = NULL;
  int code = snd_config_update_r(&configuration, &files, NULL);
  if (code >= 0) code = snd_ctl_open_lconf(control, card, SND_CTL_NONBLOCK, configuration);
  if (configuration) snd_config_delete(configuration);
  if (files) snd_config_update_free(files);
  return code;
}

static int open_mixer(snd_mixer_t **mixer, const char *card, struct failure *failure) {
  snd_ctl_t *control;
  int code = open_control(&control, card);
  if (code < 0) return failure_set(failure, cause_of_open_error(code), code, "%s: open the mixer", card);
  snd_hctl_t *elements;
  code = snd_hctl_open_ctl(&elements, control);
  if (code < 0) {
    snd_ctl_close(control);
    return failure_set(failure, cause_of_open_error(code), code, "%s: open the mixer", card);
  }
  code = snd_mixer_open(mixer, 0);
  if (code < 0) {
    snd_hctl_close(elements);
    return failure_set(failure, cause_of_open_error(code), code, "%s: open the mixer", card);
  }
  code = snd_mixer_attach_hctl(*mixer, elements); // which owns them from here on, and closes them when it fails
  if (code >= 0) code = snd_mixer_selem_register(*mixer, NULL, NULL);
  if (code >= 0) code = snd_mixer_load(*mixer);
  if (code >= 0) return 0;
  snd_mixer_close(*mixer);
  return failure_set(failure, cause_of_running_error(code), code, "%s: load the mixer", card);
}

static bool concerns_capture(snd_mixer_elem_t *element) {
  return snd_mixer_selem_is_active(element) &&
         (snd_mixer_selem_has_capture_volume(element) || snd_mixer_selem_has_capture_switch(element) ||
          snd_mixer_selem_is_enum_capture(element));
}

static int read_gain(snd_mixer_elem_t *from, struct mixer_element *to) {
  int code = snd_mixer_selem_get_capture_volume_range(from, &to->gain_min, &to->gain_max);
  to->has_gain = true;
  to->has_db = snd_mixer_selem_get_capture_dB_range(from, &to->millibels_min, &to->millibels_max) >= 0;
  for (int channel = 0; channel < MIXER_CHANNELS_MAX && code >= 0; channel++) {
    if (!snd_mixer_selem_has_capture_channel(from, (snd_mixer_selem_channel_id_t)channel)) continue;
    long *gain = &to->gains[to->channels];
    code = snd_mixer_selem_get_capture_volume(from, (snd_mixer_selem_channel_id_t)channel, gain);
    if (code >= 0 && to->has_db)
      to->has_db = snd_mixer_selem_ask_capture_vol_dB(from, *gain, &to->millibels[to->channels]) >= 0;
    to->channels++;
  }
  return code;
}

static int read_switch(snd_mixer_elem_t *from, struct mixer_element *to) {
  to->has_switch = true;
  for (int channel = 0; channel < MIXER_CHANNELS_MAX; channel++) {
    if (!snd_mixer_selem_has_capture_channel(from, (snd_mixer_selem_channel_id_t)channel)) continue;
    int on = 0;
    int code = snd_mixer_selem_get_capture_switch(from, (snd_mixer_selem_channel_id_t)channel, &on);
    if (code < 0) return code;
    to->on = to->on || on;
  }
  return 0;
}

static int read_options(snd_mixer_elem_t *from, struct mixer_element *to) {
  int count = snd_mixer_selem_get_enum_items(from);
  if (count < 0) return count;
  to->option_count = count > MIXER_OPTIONS_MAX ? MIXER_OPTIONS_MAX : (unsigned)count;
  for (unsigned option = 0; option < to->option_count; option++) {
    int code = snd_mixer_selem_get_enum_item_name(from, option, MIXER_NAME_BYTES - 1, to->options[option]);
    if (code < 0) return code;
  }
  return snd_mixer_selem_get_enum_item(from, SND_MIXER_SCHN_FRONT_LEFT, &to->option);
}

static int read_element(snd_mixer_elem_t *from, struct mixer_element *to) {
  memset(to, 0, sizeof *to);
  snprintf(to->name, sizeof to->name, "%s", snd_mixer_selem_get_name(from));
  to->index = snd_mixer_selem_get_index(from);
  int code = 0;
  if (snd_mixer_selem_has_capture_volume(from)) code = read_gain(from, to);
  if (code >= 0 && snd_mixer_selem_has_capture_switch(from)) code = read_switch(from, to);
  if (code >= 0 && snd_mixer_selem_is_enum_capture(from)) code = read_options(from, to);
  return code;
}

static int read_elements(snd_mixer_t *mixer, struct mixer_element **elements) {
  size_t count = 0;
  for (snd_mixer_elem_t *at = snd_mixer_first_elem(mixer); at; at = snd_mixer_elem_next(at))
    count += concerns_capture(at);
  if (count > MIXER_ELEMENTS_MAX) count = MIXER_ELEMENTS_MAX;
  struct mixer_element *list = malloc((count + 1) * sizeof *list); // never of no size
  if (!list) return -ENOMEM;
  size_t filled = 0;
  for (snd_mixer_elem_t *at = snd_mixer_first_elem(mixer); at && filled < count; at = snd_mixer_elem_next(at)) {
    if (!concerns_capture(at)) continue;
    int code = read_element(at, &list[filled++]);
    if (code < 0) {
      free(list);
      return code;
    }
  }
  *elements = list;
  return (int)filled;
}

static int set_option(snd_mixer_elem_t *element, unsigned option) {
  int code = snd_mixer_selem_set_enum_item(element, SND_MIXER_SCHN_FRONT_LEFT, option);
  unsigned now;
  // Most have a single choice for all channels, and refuse to tell that of a second one.
  for (int channel = 1; code >= 0 && channel < MIXER_CHANNELS_MAX; channel++) {
    if (snd_mixer_selem_get_enum_item(element, (snd_mixer_selem_channel_id_t)channel, &now) < 0) break;
    code = snd_mixer_selem_set_enum_item(element, (snd_mixer_selem_channel_id_t)channel, option);
  }
  return code;
}

static int apply(snd_mixer_elem_t *element, const struct mixer_change *change) {
  if (!element || !concerns_capture(element)) return -ENOENT;
  if (change->sets_gain) {
    long min = 0, max = -1;
    if (snd_mixer_selem_has_capture_volume(element)) snd_mixer_selem_get_capture_volume_range(element, &min, &max);
    if (change->gain < min || change->gain > max) return -EINVAL;
  }
  if (change->sets_switch && !snd_mixer_selem_has_capture_switch(element)) return -EINVAL;
  if (change->sets_option &&
      (!snd_mixer_selem_is_enum_capture(element) || (int)change->option >= snd_mixer_selem_get_enum_items(element)))
    return -EINVAL;
  int code = change->sets_gain ? snd_mixer_selem_set_capture_volume_all(element, change->gain) : 0;
  if (code >= 0 && change->sets_switch) code = snd_mixer_selem_set_capture_switch_all(element, change->on);
  if (code >= 0 && change->sets_option) code = set_option(element, change->option);
  return code;
}

int mixer_read(const char *card, struct mixer_element **elements, struct failure *failure) {
  struct alsa_words words;
  alsa_words_listen(&words);
  snd_mixer_t *mixer;
  int code = open_mixer(&mixer, card, failure);
  if (code >= 0) {
    code = read_elements(mixer, elements);
    if (code < 0) failure_set(failure, cause_of_running_error(code), code, "%s: read the mixer", card);
    snd_mixer_close(mixer);
  }
  alsa_words_listen(NULL);
  if (code < 0) failure_append(failure, words.first);
  return code;
}

int mixer_change(const char *card, const struct mixer_change *change, struct failure *failure) {
  struct alsa_words words;
  alsa_words_listen(&words);
  snd_mixer_t *mixer;
  int code = open_mixer(&mixer, card, failure);
  if (code >= 0) {
    snd_mixer_selem_id_t *id;
    snd_mixer_selem_id_alloca(&id);
    snd_mixer_selem_id_set_name(id, change->name);
    snd_mixer_selem_id_set_index(id, change->index);
    code = apply(snd_mixer_find_selem(mixer, id), change);
    if (code < 0)
      failure_set(failure, cause_of_running_error(code), code, "%s: set %s,%u", card, change->name, change->index);
    snd_mixer_close(mixer);
  }
  alsa_words_listen(NULL);
  if (code < 0) failure_append(failure, words.first);
  return code < 0 ? code : 0;
}
