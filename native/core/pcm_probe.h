#ifndef BOARDFEED_PCM_PROBE_H
#define BOARDFEED_PCM_PROBE_H

#include "failure.h"
#include "sample_convert.h"
#include <stdbool.h>

/** The rates that Boardfeed can be set to, in Hz. */
extern const unsigned probed_rates_hz[];
enum { PROBED_RATES = 3 };

/** What a PCM can do. */
struct pcm_capabilities {
  /** Which of `probed_rates_hz` it offers without conversion. */
  bool rates[PROBED_RATES];
  bool formats[SAMPLE_FORMATS];
  unsigned channels_min;
  unsigned channels_max;
};

/** Opens the device shortly and asks. Returns 0, or a negative errno with `failure` filled. Waits as long as opening
 * does. */
int pcm_probe(const char *name, struct pcm_capabilities *capabilities, struct failure *failure);

#endif
