#ifndef BOARDFEED_OPUS_H
#define BOARDFEED_OPUS_H

#include "packet_encoder.h"

/** Settings of an encoder. */
struct opus_options {
  /** Of what comes in. Opus itself runs at 48 kHz; any other rate is resampled. */
  int rate_hz;
  int channels;
  int bitrate_kbps;
  /** Opus's own, 0 (fast) to 10 (slow). */
  int complexity;
};

/** An Opus encoder for music and speech, at a variable bitrate, in packets of 20 ms; NULL with a text in `error` when
 * it refuses. */
struct packet_encoder *opus_create(const struct opus_options *options, char *error, size_t error_bytes);

#endif
