#ifndef BOARDFEED_BLOCK_RING_H
#define BOARDFEED_BLOCK_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What is known of a block besides its samples. */
struct block_facts {
  uint32_t frames;
  /** Index of the first frame since the device was opened, lost frames counted. */
  uint64_t first_frame;
  /** CLOCK_MONOTONIC of the first frame, in ms. */
  double time_ms;
  /** Frames lost directly before this block. */
  uint64_t lost_frames;
};

/**
 * A bounded queue of blocks from exactly one thread to exactly one other. Neither side ever waits, locks or allocates.
 */
struct block_ring;

/** Makes a ring of `slots` blocks of up to `max_frames` frames; NULL when there is no memory. Touches all of its
 * memory. */
struct block_ring *block_ring_create(size_t slots, uint32_t max_frames, uint32_t channels);

void block_ring_destroy(struct block_ring *ring);

/** Copies a block in; false when the ring is full. Only for the writing thread. */
bool block_ring_push(struct block_ring *ring, const struct block_facts *facts, const float *samples);

/** Copies the oldest block out; false when none waits. Only for the reading thread. */
bool block_ring_pop(struct block_ring *ring, struct block_facts *facts, float *samples);

/** Number of blocks pushed so far: tells one look from the next. Any thread. */
size_t block_ring_pushed(const struct block_ring *ring);

/** Whether a block waits. Only for the reading thread. */
bool block_ring_waits(const struct block_ring *ring);

/** Samples of the longest block, all channels together. */
size_t block_ring_max_samples(const struct block_ring *ring);

#endif
