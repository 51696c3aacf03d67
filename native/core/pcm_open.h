#ifndef BOARDFEED_PCM_OPEN_H
#define BOARDFEED_PCM_OPEN_H

#include <alsa/asoundlib.h>

/**
 * Opens an ALSA PCM for capture, not blocking, with the ALSA configuration as it is on disk now: alsa-lib keeps what it
 * once read, and would not find a card that was plugged in since. May still take long, where a sound server is slow to
 * answer. Returns 0 or a negative errno.
 */
int pcm_open(snd_pcm_t **pcm, const char *name);

/** The same, through alsa-lib's converter, so that every rate can be had. */
int pcm_open_converted(snd_pcm_t **pcm, const char *name);

#endif
