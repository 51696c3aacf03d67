#include "../../native/core/sample_convert.h"

#include "check.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

/** Writes an integer sample of `bits` significant bits into `bytes` bytes, little endian; what is left over is rubbish.
 */
static void put(uint8_t *at, int64_t value, int bits, size_t bytes) {
  memset(at, 0xa5, bytes);
  for (int i = 0; i < bits / 8; i++)
    at[i] = (uint8_t)((uint64_t)value >> (8 * i));
}

static float convert_one(enum sample_format format, const uint8_t *bytes) {
  snd_pcm_channel_area_t area = {.addr = (void *)(uintptr_t)bytes, .step = (unsigned)sample_format_bytes(format) * 8};
  float out = NAN;
  sample_convert(format, &area, 0, 1, &out, 1);
  return out;
}

/** Every power of two with its neighbours, both signs, and both ends. */
static void integers_are_exact(enum sample_format format, int bits) {
  double scale = ldexp(1, bits - 1);
  for (int sign = -1; sign <= 1; sign += 2)
    for (int power = 0; power < bits; power++)
      for (int near = -1; near <= 1; near++) {
        int64_t value = sign * (((int64_t)1 << power) + near);
        if (value < -(int64_t)scale || value >= (int64_t)scale) continue;
        uint8_t bytes[4];
        put(bytes, value, bits, sample_format_bytes(format));
        float expected = (float)((double)value / scale); // the nearest float32, exact up to 24 bits
        float out = convert_one(format, bytes);
        CHECK(out == expected, "%s: %lld gives %.10g, not %.10g", sample_format_name(format), (long long)value, out,
              expected);
        CHECK(bits > 24 || (double)out * scale == (double)value, "%s: %lld is not exact", sample_format_name(format),
              (long long)value);
      }
}

static void floats_pass(void) {
  const float in[] = {0, 1, -1, 0x1p-23f, -0x1p-23f, 1.5f, -3.25f, NAN, INFINITY, -INFINITY};
  const float expected[] = {0, 1, -1, 0x1p-23f, -0x1p-23f, 1.5f, -3.25f, 0, 0, 0};
  for (size_t i = 0; i < sizeof in / sizeof *in; i++) {
    uint8_t bytes[4];
    memcpy(bytes, &in[i], sizeof bytes);
    float out = convert_one(SAMPLE_FLOAT, bytes);
    CHECK(out == expected[i], "%g gives %g", in[i], out);
  }
}

/** Channel 2 of 5, from frame 3 on, into every second place; planar and interleaved; nothing else is touched. */
static void strides_are_kept(enum sample_format format, int bits) {
  enum { CHANNELS = 5, FRAMES = 16 };
  size_t bytes = sample_format_bytes(format);
  for (int planar = 0; planar <= 1; planar++) {
    uint8_t memory[CHANNELS * FRAMES * 4];
    for (int frame = 0; frame < FRAMES; frame++)
      for (int channel = 0; channel < CHANNELS; channel++) {
        size_t place = planar ? (size_t)(channel * FRAMES + frame) : (size_t)(frame * CHANNELS + channel);
        int64_t value = 100 * frame + channel;
        float as_float = (float)value;
        if (format == SAMPLE_FLOAT)
          memcpy(memory + place * bytes, &as_float, 4);
        else
          put(memory + place * bytes, value, bits, bytes);
      }
    snd_pcm_channel_area_t area = {
        .addr = memory,
        .first = (unsigned)((planar ? 2 * FRAMES : 2) * bytes * 8),
        .step = (unsigned)((planar ? 1 : CHANNELS) * bytes * 8),
    };
    float out[2 * FRAMES];
    for (int i = 0; i < 2 * FRAMES; i++)
      out[i] = -7;
    sample_convert(format, &area, 3, 10, out, 2);
    double scale = format == SAMPLE_FLOAT ? 1 : ldexp(1, bits - 1);
    for (int i = 0; i < 2 * FRAMES; i++) {
      float expected = i % 2 == 0 && i < 20 ? (float)((100 * (i / 2 + 3) + 2) / scale) : -7;
      CHECK(out[i] == expected, "%s, planar %d: place %d is %g, not %g", sample_format_name(format), planar, i, out[i],
            expected);
    }
  }
}

int main(void) {
  const struct {
    enum sample_format format;
    int bits;
  } integers[] = {{SAMPLE_S16, 16}, {SAMPLE_S24_3, 24}, {SAMPLE_S24, 24}, {SAMPLE_S32, 32}};
  for (int i = 0; i < 4; i++) {
    integers_are_exact(integers[i].format, integers[i].bits);
    strides_are_kept(integers[i].format, integers[i].bits);
  }
  floats_pass();
  strides_are_kept(SAMPLE_FLOAT, 0);
  return 0;
}
