#include "block_ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct block_ring {
  size_t slots;
  size_t slot_samples;
  uint32_t channels;
  struct block_facts *facts;
  float *samples;
  // Counts that only grow; a slot is a count modulo `slots`. Each is written by one thread, and they lie in different
  // cache lines so that the threads do not slow each other down. A wrapped size_t stays right: only differences count,
  // and create() makes `slots` a power of two.
  _Alignas(64) _Atomic size_t pushed;
  _Alignas(64) _Atomic size_t popped;
};

struct block_ring *block_ring_create(size_t slots, uint32_t max_frames, uint32_t channels) {
  size_t rounded = 2;
  while (rounded < slots)
    rounded *= 2;
  struct block_ring *ring = aligned_alloc(_Alignof(struct block_ring), sizeof *ring);
  if (!ring) return NULL;
  memset(ring, 0, sizeof *ring);
  ring->slots = rounded;
  ring->channels = channels;
  ring->slot_samples = (size_t)max_frames * channels;
  ring->facts = malloc(rounded * sizeof *ring->facts);
  ring->samples = malloc(rounded * ring->slot_samples * sizeof *ring->samples);
  if (!ring->facts || !ring->samples) {
    block_ring_destroy(ring);
    return NULL;
  }
  // Written here so that the capture thread never waits for the kernel to find a page.
  memset(ring->facts, 0, rounded * sizeof *ring->facts);
  memset(ring->samples, 0, rounded * ring->slot_samples * sizeof *ring->samples);
  return ring;
}

void block_ring_destroy(struct block_ring *ring) {
  if (!ring) return;
  free(ring->facts);
  free(ring->samples);
  free(ring);
}

bool block_ring_push(struct block_ring *ring, const struct block_facts *facts, const float *samples) {
  size_t pushed = atomic_load_explicit(&ring->pushed, memory_order_relaxed);
  size_t popped = atomic_load_explicit(&ring->popped, memory_order_acquire);
  if (pushed - popped == ring->slots) return false;
  size_t slot = pushed & (ring->slots - 1);
  ring->facts[slot] = *facts;
  memcpy(ring->samples + slot * ring->slot_samples, samples, (size_t)facts->frames * ring->channels * sizeof *samples);
  atomic_store_explicit(&ring->pushed, pushed + 1, memory_order_release);
  return true;
}

bool block_ring_pop(struct block_ring *ring, struct block_facts *facts, float *samples) {
  if (!block_ring_waits(ring)) return false;
  size_t popped = atomic_load_explicit(&ring->popped, memory_order_relaxed);
  size_t slot = popped & (ring->slots - 1);
  *facts = ring->facts[slot];
  memcpy(samples, ring->samples + slot * ring->slot_samples, (size_t)facts->frames * ring->channels * sizeof *samples);
  atomic_store_explicit(&ring->popped, popped + 1, memory_order_release);
  return true;
}

size_t block_ring_pushed(const struct block_ring *ring) {
  return atomic_load_explicit(&ring->pushed, memory_order_acquire);
}

bool block_ring_waits(const struct block_ring *ring) {
  return block_ring_pushed(ring) != atomic_load_explicit(&ring->popped, memory_order_relaxed);
}

size_t block_ring_max_samples(const struct block_ring *ring) {
  return ring->slot_samples;
}
