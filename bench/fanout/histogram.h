/*
 * Counts times without keeping them: 128 buckets for each doubling, so that a bucket is less than 0.8 % wide, in 16 KB
 * whatever the number of times.
 */
#ifndef BOARDFEED_BENCH_HISTOGRAM_H
#define BOARDFEED_BENCH_HISTOGRAM_H

#include <stdint.h>
#include <stdio.h>

#define SUB_BITS 7
#define SUBS (1u << SUB_BITS)
/* 2^36 µs are 19 hours. */
#define MOST_US ((1ull << 36) - 1)
#define BUCKETS (SUBS * (36 - SUB_BITS + 1))

struct histogram {
  uint32_t counts[BUCKETS];
  uint64_t total;
  uint64_t max_us;
};

static inline void histogram_add(struct histogram *histogram, uint64_t us) {
  if (us > MOST_US) us = MOST_US;
  unsigned shift = us < SUBS ? 0 : 63u - (unsigned)__builtin_clzll(us) - SUB_BITS;
  /* Below two times SUBS the buckets are 1 µs wide and the number is the time itself. */
  histogram->counts[shift * SUBS + (unsigned)(us >> shift)]++;
  histogram->total++;
  if (us > histogram->max_us) histogram->max_us = us;
}

/* Prints the buckets that are not empty as JSON: [[lower bound in µs, width in µs, count], ...]. */
static inline void histogram_print(const struct histogram *histogram) {
  const char *separator = "";
  putchar('[');
  for (unsigned index = 0; index < BUCKETS; index++) {
    if (histogram->counts[index] == 0) continue;
    unsigned shift = index < 2 * SUBS ? 0 : index / SUBS - 1;
    uint64_t low = (uint64_t)(index - shift * SUBS) << shift;
    printf("%s[%llu,%llu,%u]", separator, (unsigned long long)low, 1ull << shift, histogram->counts[index]);
    separator = ",";
  }
  putchar(']');
}

#endif
