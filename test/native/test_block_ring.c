#include "../../native/core/block_ring.h"

#include "check.h"
#include <pthread.h>
#include <sched.h>

enum { SLOTS = 4, MAX_FRAMES = 7, CHANNELS = 2, BLOCKS = 100000 };

static void fill(struct block_facts *facts, float *samples, unsigned number) {
  facts->frames = 1 + number % MAX_FRAMES;
  facts->first_frame = 3 * (uint64_t)number;
  facts->time_ms = number / 2.0;
  facts->lost_frames = number % 5;
  for (unsigned i = 0; i < facts->frames * CHANNELS; i++)
    samples[i] = (float)(number % 1000) + (float)i / 64;
}

static void expect(const struct block_facts *facts, const float *samples, unsigned number) {
  struct block_facts wanted;
  float wanted_samples[MAX_FRAMES * CHANNELS];
  fill(&wanted, wanted_samples, number);
  CHECK(facts->frames == wanted.frames && facts->first_frame == wanted.first_frame &&
            facts->time_ms == wanted.time_ms && facts->lost_frames == wanted.lost_frames,
        "facts of block %u: frame %llu", number, (unsigned long long)facts->first_frame);
  for (unsigned i = 0; i < wanted.frames * CHANNELS; i++)
    CHECK(samples[i] == wanted_samples[i], "sample %u of block %u", i, number);
}

/** The newest is refused, and those that wait stay whole and in order. */
static void full_ring_refuses(void) {
  struct block_ring *ring = block_ring_create(SLOTS, MAX_FRAMES, CHANNELS);
  struct block_facts facts;
  float samples[MAX_FRAMES * CHANNELS];
  CHECK(!block_ring_pop(ring, &facts, samples) && !block_ring_waits(ring), "a new ring is empty");
  for (unsigned round = 0; round < 10; round++) {
    for (unsigned i = 0; i < SLOTS + 3; i++) {
      fill(&facts, samples, round * SLOTS + i);
      CHECK(block_ring_push(ring, &facts, samples) == (i < SLOTS), "push %u", i);
    }
    for (unsigned i = 0; i < SLOTS; i++) {
      CHECK(block_ring_pop(ring, &facts, samples), "pop %u", i);
      expect(&facts, samples, round * SLOTS + i);
    }
    CHECK(!block_ring_pop(ring, &facts, samples), "nothing is left");
  }
  CHECK(block_ring_pushed(ring) == 10 * SLOTS, "counts what went in");
  block_ring_destroy(ring);
}

static void *push_all(void *argument) {
  struct block_ring *ring = argument;
  for (unsigned number = 0; number < BLOCKS;) {
    struct block_facts facts;
    float samples[MAX_FRAMES * CHANNELS];
    fill(&facts, samples, number);
    if (block_ring_push(ring, &facts, samples))
      number++;
    else
      sched_yield();
  }
  return NULL;
}

static void two_threads_agree(void) {
  struct block_ring *ring = block_ring_create(SLOTS, MAX_FRAMES, CHANNELS);
  pthread_t writer;
  CHECK(pthread_create(&writer, NULL, push_all, ring) == 0, "thread");
  for (unsigned number = 0; number < BLOCKS;) {
    struct block_facts facts;
    float samples[MAX_FRAMES * CHANNELS];
    if (block_ring_pop(ring, &facts, samples))
      expect(&facts, samples, number++);
    else
      sched_yield();
  }
  pthread_join(writer, NULL);
  CHECK(!block_ring_waits(ring), "all are taken");
  block_ring_destroy(ring);
}

int main(void) {
  full_ring_refuses();
  two_threads_agree();
  block_ring_destroy(NULL);
  return 0;
}
