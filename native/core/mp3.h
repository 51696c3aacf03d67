#ifndef BOARDFEED_MP3_H
#define BOARDFEED_MP3_H

#include <stdbool.h>
#include <stddef.h>

/** Settings of an encoder. */
struct mp3_options {
  int rate_hz;
  int channels;
  int bitrate_kbps;
  /** LAME's algorithm quality, 0 (slow) to 9 (fast). */
  int quality;
  /** Whether a frame may borrow bits of its predecessors. */
  bool reservoir;
};

/** A LAME encoder at a constant bitrate, without tag frame: what it writes is only sound. */
struct mp3_encoder;

/** Makes an encoder; NULL with a text in `error` when LAME refuses. */
struct mp3_encoder *mp3_create(const struct mp3_options *options, char *error, size_t error_bytes);

int mp3_channels(const struct mp3_encoder *encoder);

/**
 * Encodes interleaved frames. What is above full scale is clipped, what is no number is silence.
 * Returns the bytes written into `out`, or -1 with a text in `error`; after that the encoder is of no use any more.
 */
long mp3_encode(struct mp3_encoder *encoder, const float *samples, size_t frames, unsigned char *out, size_t out_bytes,
                char *error, size_t error_bytes);

void mp3_destroy(struct mp3_encoder *encoder);

#endif
