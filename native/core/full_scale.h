#ifndef BOARDFEED_FULL_SCALE_H
#define BOARDFEED_FULL_SCALE_H

/** A sample as an encoder may have it: what is above full scale is clipped, what is no number is silence. */
static inline float within_full_scale(float sample) {
  // Written so that NaN falls to the last case.
  if (sample >= 1.0f) return 1.0f;
  if (sample <= -1.0f) return -1.0f;
  return sample > -1.0f ? sample : 0.0f;
}

#endif
