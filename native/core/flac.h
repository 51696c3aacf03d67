#ifndef BOARDFEED_FLAC_H
#define BOARDFEED_FLAC_H

#include "packet_encoder.h"

/** Frame numbers of FLAC end before this (RFC 9639, 9.1.5). */
enum { FLAC_FRAME_NUMBERS = 0x7fffffff };

/** Settings of an encoder. */
struct flac_options {
  int rate_hz;
  int channels;
  /** 16, 20 or 24. */
  int bits;
  /** Frames of sound in a FLAC frame. */
  int block_frames;
  /** libFLAC's, 0 (fast) to 8 (small). */
  int level;
  /** After so many FLAC frames their numbers begin again from 0; FLAC_FRAME_NUMBERS is the most. */
  unsigned frame_numbers;
};

/**
 * A FLAC encoder whose packets are FLAC frames, all of one length in time, without anything before them; NULL with a
 * text in `error` when it refuses. Samples are rounded to the nearest integer, so that those of no more than `bits`
 * bits come out bit-exact.
 */
struct packet_encoder *flac_create(const struct flac_options *options, char *error, size_t error_bytes);

#endif
