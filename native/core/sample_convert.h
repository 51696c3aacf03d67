#ifndef BOARDFEED_SAMPLE_CONVERT_H
#define BOARDFEED_SAMPLE_CONVERT_H

#include <alsa/asoundlib.h>
#include <stddef.h>

/** The sample formats that the capture reads, in the order in which it prefers them. */
enum sample_format {
  SAMPLE_S32,
  SAMPLE_S24,
  SAMPLE_S24_3,
  SAMPLE_FLOAT,
  SAMPLE_S16,
  SAMPLE_FORMATS,
};

/** ALSA's number for a format. */
snd_pcm_format_t sample_format_alsa(enum sample_format format);

/** ALSA's name for a format, such as `S24_3LE`. */
const char *sample_format_name(enum sample_format format);

/** Bytes of one sample in memory. */
size_t sample_format_bytes(enum sample_format format);

/**
 * Converts one channel to float32 at full scale ±1: exact for all samples of up to 24 bits, the nearest float32 for 32
 * bits. A float that is no finite number becomes 0, because encoders and meters would pass it on for ever.
 *
 * @param area   where the channel lies, as ALSA describes it: `first` and `step` in bits, whole bytes
 * @param offset first frame within the area
 * @param out    takes `frames` samples, `out_step` samples apart
 */
void sample_convert(enum sample_format format, const snd_pcm_channel_area_t *area, size_t offset, size_t frames,
                    float *out, size_t out_step);

#endif
