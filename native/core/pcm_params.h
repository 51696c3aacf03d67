#ifndef BOARDFEED_PCM_PARAMS_H
#define BOARDFEED_PCM_PARAMS_H

#include "failure.h"
#include "sample_convert.h"
#include <alsa/asoundlib.h>
#include <stdbool.h>

/** Channels that the programme can have. */
enum { PROGRAMME_CHANNELS_MAX = 2 };

/** What is asked of a device. */
struct pcm_asked {
  const char *name;
  unsigned rate_hz;
  /** Channels of the card, counted from 1. */
  unsigned channels[PROGRAMME_CHANNELS_MAX];
  unsigned channel_count;
  double period_ms;
  double buffer_ms;
  /** Convert the rate when the device does not offer it. */
  bool convert_rate;
};

/** What the device gave. */
struct pcm_granted {
  snd_pcm_access_t access;
  enum sample_format format;
  unsigned rate_hz;
  unsigned card_channels;
  snd_pcm_uframes_t period_frames;
  snd_pcm_uframes_t buffer_frames;
  /** Whether alsa-lib converts the rate. */
  bool converted;
  /** Channels of the card to take, counted from 0. */
  unsigned channels[PROGRAMME_CHANNELS_MAX];
};

/**
 * Chooses and installs the hardware parameters: mmap before readi, the asked rate or the nearest, the widest format at
 * that rate. Returns 0, or a negative errno with `failure` filled; EINVAL there also when the card has too few
 * channels.
 */
int pcm_set_hw_params(snd_pcm_t *pcm, const struct pcm_asked *asked, bool may_convert, struct pcm_granted *granted,
                      struct failure *failure);

/** Wakes the poll at each period and stamps positions with CLOCK_MONOTONIC. Returns and fails like the above. */
int pcm_set_sw_params(snd_pcm_t *pcm, const struct pcm_granted *granted, struct failure *failure);

#endif
