/* Finds the stamps in a stream that arrives in pieces, and the frames that are missing between them. */
#ifndef BOARDFEED_BENCH_STAMPS_H
#define BOARDFEED_BENCH_STAMPS_H

#include "common.h"

struct stamp_reader {
  unsigned char stamp[STAMP_BYTES];
  /* Bytes of the stamp that are there. */
  uint8_t have;
  /* Whether the last frame's stamp was found, so that the next one's place is known. */
  uint8_t in_step;
  /* Bytes until the next stamp begins. */
  uint32_t skip;
  uint32_t next_sequence;
};

/* What one piece held. */
struct stamps {
  uint32_t lost_frames;
  uint32_t found;
};

/*
 * Takes the next piece and calls on_stamp with the time in each of its stamps. A stamp that is not where it must be is
 * a hole within a frame, which counts as one lost frame at least; then the next one is searched for.
 */
static inline struct stamps stamps_read(struct stamp_reader *reader, size_t frame_bytes, const unsigned char *piece,
                                        size_t bytes, void (*on_stamp)(uint64_t made_ns, uint64_t read_ns),
                                        uint64_t read_ns) {
  struct stamps result = {0};
  while (bytes > 0) {
    if (reader->skip > 0) {
      size_t step = bytes < reader->skip ? bytes : reader->skip;
      reader->skip -= (uint32_t)step;
      piece += step;
      bytes -= step;
      continue;
    }
    unsigned char byte = *piece++;
    bytes--;
    if (reader->have < sizeof STAMP_MARK && byte != (unsigned char)STAMP_MARK[reader->have]) {
      if (reader->in_step) result.lost_frames++;
      reader->in_step = 0;
      /* No letter of the mark occurs twice in it, so a mark can begin anew only at this very byte. */
      reader->have = 0;
      if (byte == (unsigned char)STAMP_MARK[0]) reader->stamp[reader->have++] = byte;
      continue;
    }
    reader->stamp[reader->have++] = byte;
    if (reader->have < STAMP_BYTES) continue;
    uint64_t made_ns;
    uint32_t sequence;
    memcpy(&made_ns, reader->stamp + 4, sizeof made_ns);
    memcpy(&sequence, reader->stamp + 12, sizeof sequence);
    if (reader->in_step) result.lost_frames += sequence - reader->next_sequence;
    reader->next_sequence = sequence + 1;
    reader->in_step = 1;
    reader->have = 0;
    reader->skip = (uint32_t)frame_bytes - STAMP_BYTES;
    result.found++;
    on_stamp(made_ns, read_ns);
  }
  return result;
}

#endif
