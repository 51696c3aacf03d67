#ifndef BOARDFEED_TEST_CARD_SCRIPT_H
#define BOARDFEED_TEST_CARD_SCRIPT_H

#include <alsa/asoundlib.h>
#include <stdint.h>

enum { FAULTS_MAX = 16, LIST_MAX = 16 };

/** Something that happens to the card when it reaches a frame of its time line. */
struct fault {
  char kind[16];
  uint64_t frame;
  unsigned ms;
};

/** One thing of which the card offers only some. */
struct offer {
  unsigned list[LIST_MAX];
  unsigned count;
};

/** What the ALSA configuration says about a card; scripted_card.c documents the fields. */
struct script {
  struct offer formats, rates, channels, accesses;
  int zeros;
  long open_error, open_delay_ms, mmap_error;
  struct fault faults[FAULTS_MAX];
  unsigned fault_count;
};

/** Reads a script, with defaults for what it does not say. Returns 0 or a negative errno. */
int card_script_read(snd_config_t *config, struct script *script);

#endif
