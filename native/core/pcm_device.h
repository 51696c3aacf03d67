#ifndef BOARDFEED_PCM_DEVICE_H
#define BOARDFEED_PCM_DEVICE_H

#include "failure.h"
#include "pcm_params.h"
#include <poll.h>

/** Poll descriptors that a device may have. */
enum { PCM_POLL_FDS_MAX = 16 };

/** An open capture device. All of its functions belong to one thread; none but open and close waits. */
struct pcm_device {
  snd_pcm_t *pcm;
  struct pcm_granted granted;
  unsigned channel_count;
  /** Where readi puts a period before it is converted; NULL with mmap. */
  unsigned char *scratch;
  snd_pcm_channel_area_t scratch_areas[PROGRAMME_CHANNELS_MAX];
};

/** Opens and sets up the device. Returns 0, or a negative errno with `failure` filled and nothing left open. */
int pcm_device_open(struct pcm_device *device, const struct pcm_asked *asked, struct failure *failure);

/** Closes whatever is open. */
void pcm_device_close(struct pcm_device *device);

/** Starts the stream, anew after a loss. Returns 0 or a negative errno. */
int pcm_device_start(struct pcm_device *device);

/**
 * Takes a suspended device up again where it can. Returns 0 when it runs, -EAGAIN when it must be asked again a little
 * later, any other negative errno when it must be started anew.
 */
int pcm_device_resume(struct pcm_device *device);

/** Fills in what to poll. Returns the number of descriptors or a negative errno. */
int pcm_device_poll_fds(struct pcm_device *device, struct pollfd fds[PCM_POLL_FDS_MAX]);

/** Lets the device see what poll() found; it may have bookkeeping to do. */
void pcm_device_polled(struct pcm_device *device, struct pollfd *fds, int count);

/**
 * Tells how many frames wait, and when (CLOCK_MONOTONIC, ms) the first of them was captured.
 * Returns their number, -EPIPE after an overrun, -ESTRPIPE when suspended, or another negative errno when the device is
 * lost.
 */
snd_pcm_sframes_t pcm_device_position(struct pcm_device *device, double *first_frame_ms);

/**
 * Takes up to `frames` frames, at most a period, of the chosen channels, interleaved. Returns how many it took, or a
 * negative errno.
 */
snd_pcm_sframes_t pcm_device_read(struct pcm_device *device, float *samples, snd_pcm_uframes_t frames);

#endif
