#ifndef BOARDFEED_DEVICE_LIST_H
#define BOARDFEED_DEVICE_LIST_H

#include "pcm_probe.h"
#include <stddef.h>

/** One capture device of a sound card. */
struct device_entry {
  /** Stable ALSA name: the card's id does not change with the order in which cards are found. */
  char name[64];
  int card;
  int device;
  char card_id[32];
  char card_name[96];
  char device_name[96];
  char driver[32];
  struct pcm_capabilities capabilities;
  /** Why the device could not be asked what it can do; empty when it could. */
  char problem[320];
};

/**
 * Lists the capture devices of all cards; `*entries` is to be freed by the caller. Cards that vanish meanwhile are left
 * out. Returns their number, or a negative errno.
 */
int device_list(struct device_entry **entries);

#endif
