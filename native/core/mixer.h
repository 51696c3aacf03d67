#ifndef BOARDFEED_MIXER_H
#define BOARDFEED_MIXER_H

#include "failure.h"
#include <stdbool.h>

/*
 * The controls of a sound card that concern capture, by alsa-lib's simple mixer (alsa/mixer.h), which makes one element
 * of the volume, switch and choice that a driver has under one name. Each call opens the card's mixer, with the ALSA
 * configuration as it is on disk now, and closes it again; each may block for as long as the driver, or a sound server,
 * likes.
 */

enum {
  /** More elements of a card are left out; what is known has some dozens. */
  MIXER_ELEMENTS_MAX = 256,
  /** Channels of an element: alsa-lib knows no more. */
  MIXER_CHANNELS_MAX = 32,
  /** More choices of an element are left out. */
  MIXER_OPTIONS_MAX = 64,
  /** Of a name with its NUL; the kernel's own are not longer. */
  MIXER_NAME_BYTES = 64,
};

/** One element: what it has, and how it stands. */
struct mixer_element {
  char name[MIXER_NAME_BYTES];
  /** Tells apart those that share a name. */
  unsigned index;
  bool has_gain;
  /** In steps. */
  long gain_min;
  long gain_max;
  unsigned channels;
  long gains[MIXER_CHANNELS_MAX];
  bool has_db;
  /** In hundredths of a dB, as alsa-lib has it. */
  long millibels_min;
  long millibels_max;
  long millibels[MIXER_CHANNELS_MAX];
  bool has_switch;
  /** Whether any channel captures. */
  bool on;
  /** 0: there is no choice. */
  unsigned option_count;
  char options[MIXER_OPTIONS_MAX][MIXER_NAME_BYTES];
  unsigned option;
};

/** What is to be changed of one element; what is not wanted stays. */
struct mixer_change {
  char name[MIXER_NAME_BYTES];
  unsigned index;
  bool sets_gain;
  /** In steps, for all channels. */
  long gain;
  bool sets_switch;
  bool on;
  bool sets_option;
  unsigned option;
};

/**
 * Reads the capture elements of the control device `card` (`hw:CARD=CODEC`); `*elements` is to be freed by the caller.
 * Returns their number, or a negative errno with the failure filled.
 */
int mixer_read(const char *card, struct mixer_element **elements, struct failure *failure);

/** Changes one of them. Returns 0, or a negative errno with the failure filled; then a part may have been changed. */
int mixer_change(const char *card, const struct mixer_change *change, struct failure *failure);

#endif
