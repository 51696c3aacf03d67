#ifndef BOARDFEED_SOUND_FILE_H
#define BOARDFEED_SOUND_FILE_H

#include <stdbool.h>
#include <stddef.h>

/** What is asked of a sound file. */
struct sound_file_options {
  const char *path;
  int rate_hz;
  /** 1 or 2. */
  int channels;
  /** A longer file is refused before memory is taken for it. */
  double max_seconds;
};

/** A whole decoded file: interleaved float32. */
struct sound {
  float *samples;
  size_t frames;
};

/**
 * Decodes a sound file, resampled and mixed as asked. At its own rate and number of channels it comes out as it is,
 * exact up to 24 bits. One channel goes to both sides; two are averaged for one side; of more than two, the average
 * goes to every side, so that nothing of them is missing. Takes long: seconds for a song on a small machine.
 *
 * @param sound   on success its samples are to be freed by the caller
 * @return whether it worked; else `error` says why
 */
bool sound_file_read(const struct sound_file_options *options, struct sound *sound, char *error, size_t error_bytes);

#endif
