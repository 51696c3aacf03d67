#include "mp3.h"

#include "full_scale.h"
#include <lame/lame.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/** Frames that are handed to LAME at a time: one MPEG-1 frame. */
enum { PART_FRAMES = 1152 };
/** The highest rate that MP3 knows. */
enum { MP3_RATE_MAX_HZ = 48000 };

struct mp3_encoder {
  lame_t lame;
  int channels;
  bool broken;
  float part[PART_FRAMES * 2];
};

// LAME prints on stderr what it returns as an error as well.
static void keep_quiet(const char *format, va_list arguments) {
  (void)format;
  (void)arguments;
}

static int out_rate_hz(int rate_hz) {
  while (rate_hz > MP3_RATE_MAX_HZ)
    rate_hz /= 2; // 96 to 48, 88.2 to 44.1: LAME converts by a whole factor
  return rate_hz;
}

static bool set_up_scaled(lame_t lame, const struct mp3_options *options, float scale) {
  lame_set_errorf(lame, keep_quiet);
  lame_set_msgf(lame, keep_quiet);
  lame_set_debugf(lame, keep_quiet);
  lame_set_write_id3tag_automatic(lame, 0);
  bool taken = lame_set_num_channels(lame, options->channels) >= 0;
  taken = taken && lame_set_in_samplerate(lame, options->rate_hz) >= 0;
  // Set, because LAME would else choose a lower one for low bitrates, and with it longer frames.
  taken = taken && lame_set_out_samplerate(lame, out_rate_hz(options->rate_hz)) >= 0;
  taken = taken && lame_set_mode(lame, options->channels == 1 ? MONO : JOINT_STEREO) >= 0;
  taken = taken && lame_set_VBR(lame, vbr_off) >= 0;
  taken = taken && lame_set_brate(lame, options->bitrate_kbps) >= 0;
  taken = taken && lame_set_quality(lame, options->quality) >= 0;
  taken = taken && lame_set_disable_reservoir(lame, !options->reservoir) >= 0;
  // The tag describes a whole file; a stream has no end to describe.
  taken = taken && lame_set_bWriteVbrTag(lame, 0) >= 0;
  taken = taken && lame_set_scale(lame, scale) >= 0;
  return taken && lame_init_params(lame) >= 0;
}

// Below 256 kbit/s LAME's presets make everything up to 0.45 dB softer, by multiplying the scale that was set. What the
// box measures is what listeners shall hear, so a trial tells the factor and it is taken out again.
static bool set_up(lame_t lame, const struct mp3_options *options) {
  lame_t trial = lame_init();
  float preset = trial && set_up_scaled(trial, options, 1.0f) ? lame_get_scale(trial) : 0.0f;
  if (trial) lame_close(trial);
  return preset > 0.0f && set_up_scaled(lame, options, 1.0f / preset);
}

struct mp3_encoder *mp3_create(const struct mp3_options *options, char *error, size_t error_bytes) {
  struct mp3_encoder *encoder = calloc(1, sizeof *encoder);
  if (encoder) encoder->lame = lame_init();
  if (!encoder || !encoder->lame) {
    snprintf(error, error_bytes, "LAME: no memory");
  } else if (!set_up(encoder->lame, options)) {
    snprintf(error, error_bytes, "LAME refuses %d Hz, %d channels, %d kbit/s, quality %d", options->rate_hz,
             options->channels, options->bitrate_kbps, options->quality);
  } else if (lame_get_brate(encoder->lame) != options->bitrate_kbps) {
    snprintf(error, error_bytes, "LAME offers %d kbit/s instead of %d at %d Hz", lame_get_brate(encoder->lame),
             options->bitrate_kbps, lame_get_out_samplerate(encoder->lame));
  } else {
    encoder->channels = options->channels;
    return encoder;
  }
  mp3_destroy(encoder);
  return NULL;
}

int mp3_channels(const struct mp3_encoder *encoder) {
  return encoder->channels;
}

static const char *reason(int code) {
  switch (code) {
  case -1:
    return "what it wrote did not fit; 1.25 bytes per frame and 7200 always do";
  case -2:
    return "no memory";
  default:
    return "internal error";
  }
}

long mp3_encode(struct mp3_encoder *encoder, const float *samples, size_t frames, unsigned char *out, size_t out_bytes,
                char *error, size_t error_bytes) {
  size_t channels = (size_t)encoder->channels;
  size_t written = 0;
  int code = encoder->broken ? -3 : 0;
  for (size_t done = 0; done < frames && code >= 0;) {
    size_t part = frames - done < PART_FRAMES ? frames - done : PART_FRAMES;
    for (size_t i = 0; i < part * channels; i++) // LAME crashes on numbers that are none
      encoder->part[i] = within_full_scale(samples[done * channels + i]);
    size_t room = out_bytes - written;
    if (room > INT_MAX) room = INT_MAX;
    if (room == 0) // which LAME would take for "as much as you like"
      code = -1;
    else if (channels == 1)
      code = lame_encode_buffer_ieee_float(encoder->lame, encoder->part, encoder->part, (int)part, out + written,
                                           (int)room);
    else
      code =
          lame_encode_buffer_interleaved_ieee_float(encoder->lame, encoder->part, (int)part, out + written, (int)room);
    if (code > 0) written += (size_t)code;
    done += part;
  }
  if (code >= 0) return (long)written;
  encoder->broken = true;
  snprintf(error, error_bytes, "LAME: %s", reason(code));
  return -1;
}

void mp3_destroy(struct mp3_encoder *encoder) {
  if (!encoder) return;
  if (encoder->lame) lame_close(encoder->lame);
  free(encoder);
}
