#include "opus.h"

#include "full_scale.h"
#include <opus/opus.h>
#include <samplerate.h>
#include <stdio.h>
#include <stdlib.h>

/** The rate that Opus has inside, which is also that of its granule positions (RFC 7845, 4). */
enum { OPUS_RATE_HZ = 48000 };
/** 20 ms. */
enum { PACKET_FRAMES = 960 };
/** One frame of Opus, the most that RFC 6716 (3.4, R2) allows, and the byte before it. */
enum { PACKET_BYTES_MAX = 1276 };
/** Frames that come in and are handed on at a time. */
enum { PART_FRAMES = 480 };
/**
 * What resamples. From 44.1 kHz it takes 0.05 dB off 19 kHz and 3 dB off 20 kHz, where Opus ends; the fast one 4 dB off
 * 18 kHz. The best one takes nothing, and four times the CPU.
 */
enum { CONVERTER = SRC_SINC_MEDIUM_QUALITY };

struct opus {
  struct packet_encoder base;
  OpusEncoder *encoder;
  /** NULL when what comes in has the right rate. */
  SRC_STATE *converter;
  double ratio;
  bool broken;
  /** What came in, made fit. */
  float part[PART_FRAMES * 2];
  /** The packet that is being filled. */
  float packet[PACKET_FRAMES * 2];
  size_t filled;
};

static bool fail(struct opus *opus, char *error, size_t error_bytes, const char *library, const char *reason) {
  opus->broken = true;
  snprintf(error, error_bytes, "%s: %s", library, reason);
  return false;
}

static bool put_packet(struct opus *opus, struct packets *packets, char *error, size_t error_bytes) {
  size_t used = packets_used(packets);
  // With less room Opus would make a worse packet instead of complaining.
  if (packets->count == packets->ends_room || packets->out_bytes - used < PACKET_BYTES_MAX)
    return fail(opus, error, error_bytes, "Opus", "what it wrote did not fit; 1276 bytes per packet always do");
  opus_int32 bytes =
      opus_encode_float(opus->encoder, opus->packet, PACKET_FRAMES, packets->out + used, PACKET_BYTES_MAX);
  if (bytes < 0) return fail(opus, error, error_bytes, "Opus", opus_strerror(bytes));
  packets->ends[packets->count++] = (uint32_t)(used + (size_t)bytes);
  opus->filled = 0;
  return true;
}

/** Moves frames from `part` into the packet, as far as both go. Returns how many it took, or -1. */
static long fill(struct opus *opus, size_t from, size_t frames, char *error, size_t error_bytes) {
  size_t channels = (size_t)opus->base.facts.channels;
  const float *in = opus->part + from * channels;
  float *out = opus->packet + opus->filled * channels;
  size_t room = PACKET_FRAMES - opus->filled;
  if (!opus->converter) {
    size_t moved = frames < room ? frames : room;
    for (size_t i = 0; i < moved * channels; i++)
      out[i] = in[i];
    opus->filled += moved;
    return (long)moved;
  }
  SRC_DATA data = {
      .data_in = in,
      .input_frames = (long)frames,
      .data_out = out,
      .output_frames = (long)room,
      .src_ratio = opus->ratio,
  };
  int code = src_process(opus->converter, &data);
  if (code != 0) {
    fail(opus, error, error_bytes, "libsamplerate", src_strerror(code));
    return -1;
  }
  opus->filled += (size_t)data.output_frames_gen;
  return data.input_frames_used;
}

static bool encode(struct packet_encoder *base, const float *samples, size_t frames, struct packets *packets,
                   char *error, size_t error_bytes) {
  struct opus *opus = (struct opus *)base;
  size_t channels = (size_t)base->facts.channels;
  if (opus->broken) return fail(opus, error, error_bytes, "Opus", "of no use since it failed");
  for (size_t done = 0; done < frames;) {
    size_t part = frames - done < PART_FRAMES ? frames - done : PART_FRAMES;
    for (size_t i = 0; i < part * channels; i++)
      opus->part[i] = within_full_scale(samples[done * channels + i]);
    for (size_t taken = 0; taken < part;) {
      long more = fill(opus, taken, part - taken, error, error_bytes);
      if (more < 0) return false;
      taken += (size_t)more;
      if (opus->filled == PACKET_FRAMES && !put_packet(opus, packets, error, error_bytes)) return false;
    }
    done += part;
  }
  return true;
}

static void destroy(struct packet_encoder *base) {
  struct opus *opus = (struct opus *)base;
  if (opus->encoder) opus_encoder_destroy(opus->encoder);
  if (opus->converter) src_delete(opus->converter);
  free(opus);
}

static bool set_up(struct opus *opus, const struct opus_options *options, char *error, size_t error_bytes) {
  int code = OPUS_OK;
  opus->encoder = opus_encoder_create(OPUS_RATE_HZ, options->channels, OPUS_APPLICATION_AUDIO, &code);
  opus_int32 lookahead = 0;
  if (code == OPUS_OK) code = opus_encoder_ctl(opus->encoder, OPUS_SET_BITRATE(options->bitrate_kbps * 1000));
  if (code == OPUS_OK) code = opus_encoder_ctl(opus->encoder, OPUS_SET_VBR(1));
  if (code == OPUS_OK) code = opus_encoder_ctl(opus->encoder, OPUS_SET_VBR_CONSTRAINT(0));
  if (code == OPUS_OK) code = opus_encoder_ctl(opus->encoder, OPUS_SET_COMPLEXITY(options->complexity));
  if (code == OPUS_OK) code = opus_encoder_ctl(opus->encoder, OPUS_GET_LOOKAHEAD(&lookahead));
  if (code != OPUS_OK) {
    snprintf(error, error_bytes, "Opus refuses %d channels, %d kbit/s, complexity %d: %s", options->channels,
             options->bitrate_kbps, options->complexity, opus_strerror(code));
    return false;
  }
  if (options->rate_hz != OPUS_RATE_HZ) {
    opus->ratio = (double)OPUS_RATE_HZ / options->rate_hz;
    opus->converter = src_new(CONVERTER, options->channels, &code);
    if (!opus->converter || !src_is_valid_ratio(opus->ratio)) {
      snprintf(error, error_bytes, "%d Hz cannot be resampled: %s", options->rate_hz,
               code != 0 ? src_strerror(code) : "the ratio is out of range");
      return false;
    }
  }
  opus->base = (struct packet_encoder){
      .facts = {.channels = options->channels,
                .packet_frames = PACKET_FRAMES,
                .packet_bytes_max = PACKET_BYTES_MAX,
                .rate_hz = OPUS_RATE_HZ,
                // The converter makes up for its own delay: its first frame is the first that came in.
                .lookahead_frames = (size_t)lookahead},
      .encode = encode,
      .destroy = destroy,
  };
  return true;
}

struct packet_encoder *opus_create(const struct opus_options *options, char *error, size_t error_bytes) {
  struct opus *opus = calloc(1, sizeof *opus);
  if (!opus) {
    snprintf(error, error_bytes, "Opus: no memory");
    return NULL;
  }
  if (set_up(opus, options, error, error_bytes)) return &opus->base;
  destroy(&opus->base);
  return NULL;
}
