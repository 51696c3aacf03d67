#include "sample_convert.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

// Samples are little endian in memory, and so is every machine that this is built for.
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the capture reads little-endian samples");

static const struct {
  snd_pcm_format_t alsa;
  const char *name;
  size_t bytes;
} formats[SAMPLE_FORMATS] = {
    [SAMPLE_S32] = {SND_PCM_FORMAT_S32_LE, "S32_LE", 4},       [SAMPLE_S24] = {SND_PCM_FORMAT_S24_LE, "S24_LE", 4},
    [SAMPLE_S24_3] = {SND_PCM_FORMAT_S24_3LE, "S24_3LE", 3},   [SAMPLE_S16] = {SND_PCM_FORMAT_S16_LE, "S16_LE", 2},
    [SAMPLE_FLOAT] = {SND_PCM_FORMAT_FLOAT_LE, "FLOAT_LE", 4},
};

snd_pcm_format_t sample_format_alsa(enum sample_format format) {
  return formats[format].alsa;
}

const char *sample_format_name(enum sample_format format) {
  return formats[format].name;
}

size_t sample_format_bytes(enum sample_format format) {
  return formats[format].bytes;
}

static float from_s16(const uint8_t *at) {
  int16_t sample;
  memcpy(&sample, at, sizeof sample);
  return (float)sample * 0x1p-15f;
}

// The fourth byte of S24_LE is not defined: some drivers extend the sign into it, others leave what was there.
static float from_24_bits(uint32_t low, uint32_t middle, uint32_t high) {
  int32_t left_aligned = (int32_t)(low << 8 | middle << 16 | high << 24);
  return (float)left_aligned * 0x1p-31f;
}

static float from_s24(const uint8_t *at) {
  return from_24_bits(at[0], at[1], at[2]);
}

static float from_s32(const uint8_t *at) {
  int32_t sample;
  memcpy(&sample, at, sizeof sample);
  return (float)sample * 0x1p-31f;
}

static float from_float(const uint8_t *at) {
  float sample;
  memcpy(&sample, at, sizeof sample);
  return isfinite(sample) ? sample : 0.0f;
}

// One loop per format, so that the compiler inlines the sample's function into it.
#define CONVERT_ALL(from)                                                                                              \
  for (size_t frame = 0; frame < frames; frame++)                                                                      \
  out[frame * out_step] = from(at + frame * step)

void sample_convert(enum sample_format format, const snd_pcm_channel_area_t *area, size_t offset, size_t frames,
                    float *out, size_t out_step) {
  size_t step = area->step / 8;
  const uint8_t *at = (const uint8_t *)area->addr + area->first / 8 + offset * step;
  switch (format) {
  case SAMPLE_S16:
    CONVERT_ALL(from_s16);
    break;
  case SAMPLE_S24: // the same three bytes, only the step differs
  case SAMPLE_S24_3:
    CONVERT_ALL(from_s24);
    break;
  case SAMPLE_S32:
    CONVERT_ALL(from_s32);
    break;
  case SAMPLE_FLOAT:
    CONVERT_ALL(from_float);
    break;
  case SAMPLE_FORMATS:
    break;
  }
}
