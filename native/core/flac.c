#include "flac.h"

#include "full_scale.h"
#include <FLAC/stream_encoder.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Frames that are handed to libFLAC at a time. */
enum { PART_FRAMES = 480 };
/** More than the header of a frame, those of its subframes and its checksum take together (RFC 9639, 9). */
enum { OVERHEAD_BYTES = 64 };

struct flac {
  struct packet_encoder base;
  struct flac_options options;
  FLAC__StreamEncoder *encoder;
  /** Frames of sound until the numbers of FLAC frames begin again. */
  uint64_t left;
  bool broken;
  /** Where packets go during a call; NULL when none are expected. */
  struct packets *packets;
  bool overflowed;
  FLAC__int32 part[PART_FRAMES * 2];
};

static FLAC__StreamEncoderWriteStatus on_write(const FLAC__StreamEncoder *encoder, const FLAC__byte bytes[],
                                               size_t length, uint32_t samples, uint32_t frame, void *data) {
  (void)encoder;
  (void)frame;
  struct flac *flac = data;
  if (samples == 0) return FLAC__STREAM_ENCODER_WRITE_STATUS_OK; // what comes before the first frame
  struct packets *packets = flac->packets;
  size_t used = packets ? packets_used(packets) : 0;
  if (!packets || packets->count == packets->ends_room || packets->out_bytes - used < length) {
    flac->overflowed = true;
    return FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR;
  }
  memcpy(packets->out + used, bytes, length);
  packets->ends[packets->count++] = (uint32_t)(used + length);
  return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

static bool fail(struct flac *flac, char *error, size_t error_bytes) {
  flac->broken = true;
  const char *reason = flac->overflowed ? "what it wrote did not fit; a frame of raw samples and 64 bytes always does"
                                        : FLAC__stream_encoder_get_resolved_state_string(flac->encoder);
  snprintf(error, error_bytes, "FLAC: %s", reason);
  return false;
}

/** Begins with frame number 0. */
static FLAC__StreamEncoderInitStatus begin(struct flac *flac) {
  FLAC__StreamEncoder *encoder = flac->encoder;
  const struct flac_options *options = &flac->options;
  FLAC__stream_encoder_set_sample_rate(encoder, (uint32_t)options->rate_hz);
  FLAC__stream_encoder_set_channels(encoder, (uint32_t)options->channels);
  FLAC__stream_encoder_set_bits_per_sample(encoder, (uint32_t)options->bits);
  FLAC__stream_encoder_set_compression_level(encoder, (uint32_t)options->level);
  FLAC__stream_encoder_set_blocksize(encoder, (uint32_t)options->block_frames);
  FLAC__stream_encoder_set_streamable_subset(encoder, true);
  flac->left = (uint64_t)options->frame_numbers * (uint64_t)options->block_frames;
  return FLAC__stream_encoder_init_stream(encoder, on_write, NULL, NULL, NULL, flac);
}

static bool process(struct flac *flac, const FLAC__int32 *samples, size_t frames) {
  size_t channels = (size_t)flac->options.channels;
  while (frames > 0) {
    size_t some = frames < flac->left ? frames : (size_t)flac->left;
    if (!FLAC__stream_encoder_process_interleaved(flac->encoder, samples, (uint32_t)some)) return false;
    flac->left -= some;
    samples += some * channels;
    frames -= some;
    // What it holds now is exactly one whole frame, the last that has a number.
    if (flac->left == 0 &&
        (!FLAC__stream_encoder_finish(flac->encoder) || begin(flac) != FLAC__STREAM_ENCODER_INIT_STATUS_OK))
      return false;
  }
  return true;
}

/** Rounds halves up, as Math.round() in JavaScript, which the WAV stream uses. */
static FLAC__int32 to_integer(float sample, double full_scale) {
  double value = floor((double)within_full_scale(sample) * full_scale + 0.5);
  return (FLAC__int32)(value < full_scale ? value : full_scale - 1);
}

static bool encode(struct packet_encoder *base, const float *samples, size_t frames, struct packets *packets,
                   char *error, size_t error_bytes) {
  struct flac *flac = (struct flac *)base;
  size_t channels = (size_t)flac->options.channels;
  double full_scale = ldexp(1, flac->options.bits - 1);
  bool worked = !flac->broken;
  flac->packets = packets;
  for (size_t done = 0; done < frames && worked;) {
    size_t part = frames - done < PART_FRAMES ? frames - done : PART_FRAMES;
    for (size_t i = 0; i < part * channels; i++)
      flac->part[i] = to_integer(samples[done * channels + i], full_scale);
    worked = process(flac, flac->part, part);
    done += part;
  }
  flac->packets = NULL;
  return worked || fail(flac, error, error_bytes);
}

static void destroy(struct packet_encoder *base) {
  struct flac *flac = (struct flac *)base;
  if (flac->encoder) FLAC__stream_encoder_delete(flac->encoder);
  free(flac);
}

static bool set_up(struct flac *flac, char *error, size_t error_bytes) {
  const struct flac_options *options = &flac->options;
  FLAC__StreamEncoderInitStatus status = begin(flac);
  if (status != FLAC__STREAM_ENCODER_INIT_STATUS_OK) {
    snprintf(error, error_bytes, "FLAC refuses %d Hz, %d channels, %d bits, blocks of %d: %s", options->rate_hz,
             options->channels, options->bits, options->block_frames, FLAC__StreamEncoderInitStatusString[status]);
    return false;
  }
  // libFLAC hands out a block when it has seen one frame more. With this one before all others, a block that comes in
  // is at once a FLAC frame that goes out, if both are of one length.
  static const FLAC__int32 silence[2] = {0, 0};
  return process(flac, silence, 1) || fail(flac, error, error_bytes);
}

struct packet_encoder *flac_create(const struct flac_options *options, char *error, size_t error_bytes) {
  struct flac *flac = calloc(1, sizeof *flac);
  if (flac) flac->encoder = FLAC__stream_encoder_new();
  if (!flac || !flac->encoder) {
    free(flac);
    snprintf(error, error_bytes, "FLAC: no memory");
    return NULL;
  }
  flac->options = *options;
  size_t raw = (size_t)options->block_frames * (size_t)options->channels * (size_t)(options->bits + 7) / 8;
  flac->base = (struct packet_encoder){
      .facts = {.channels = options->channels,
                .packet_frames = (size_t)options->block_frames,
                .packet_bytes_max = raw + OVERHEAD_BYTES,
                .rate_hz = options->rate_hz,
                .lookahead_frames = 1},
      .encode = encode,
      .destroy = destroy,
  };
  if (set_up(flac, error, error_bytes)) return &flac->base;
  destroy(&flac->base);
  return NULL;
}
