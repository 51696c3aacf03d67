#ifndef BOARDFEED_PACKET_ENCODER_H
#define BOARDFEED_PACKET_ENCODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where packets go: one behind the other into `out`, and where each one ends into `ends`. */
struct packets {
  unsigned char *out;
  size_t out_bytes;
  uint32_t *ends;
  size_t ends_room;
  /** How many there are. */
  size_t count;
};

/** Bytes that are taken. */
static inline size_t packets_used(const struct packets *packets) {
  return packets->count > 0 ? packets->ends[packets->count - 1] : 0;
}

/** What an encoder tells of itself. */
struct packet_facts {
  int channels;
  /** Frames of sound in a packet, at `rate_hz`. */
  size_t packet_frames;
  /** No packet is longer. */
  size_t packet_bytes_max;
  /** Rate of what is encoded, which need not be that of what comes in. */
  int rate_hz;
  /** How many frames, at `rate_hz`, a decoder puts out before the first one that came in. */
  size_t lookahead_frames;
};

/** An encoder that makes packets, each of which is sent whole: an Opus packet, a FLAC frame. Each codec has its own
 * behind this. */
struct packet_encoder {
  struct packet_facts facts;
  /**
   * Encodes interleaved frames. What is above full scale is clipped, what is no number is silence. False, with a text
   * in `error`, when it failed or what it wrote did not fit; after that the encoder is of no use any more.
   */
  bool (*encode)(struct packet_encoder *encoder, const float *samples, size_t frames, struct packets *packets,
                 char *error, size_t error_bytes);
  void (*destroy)(struct packet_encoder *encoder);
};

#endif
