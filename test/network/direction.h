#ifndef DIRECTION_H
#define DIRECTION_H

#include <stdint.h>

enum { MAX_PACKET_BYTES = 1500, MAX_PACKETS = 4096, SLOTS = MAX_PACKETS + 1, MAX_FLOWS = 16 };

/* What the link does to packets, the same in both directions. */
struct manner {
  int64_t delay_ns;
  double loss;             /* probability, 0 to 1 */
  int64_t bits_per_second; /* 0: no limit */
  int cut;
};

struct packet {
  int64_t due_ns;
  int length;
  uint8_t bytes[MAX_PACKET_BYTES];
};

/* A TCP connection's data in one direction. */
struct flow {
  uint32_t ports;
  uint32_t next_sequence; /* behind the last byte that was seen */
};

/* All count what comes in, and `dropped` those of them that never go out. "data": TCP segments with something in them.
 */
struct counts {
  long packets, bytes, dropped;
  long data_segments, retransmitted_segments, dropped_segments;
};

/* Packets on their way from one TUN device to another, first in, first out. */
struct direction {
  int from_fd, to_fd;
  struct counts counts;
  uint64_t random;
  int64_t busy_until_ns; /* when the last bit of all that was admitted has left, at `bits_per_second` */
  struct flow flows[MAX_FLOWS];
  unsigned flow_count;
  unsigned first, waiting;
  struct packet packets[SLOTS]; /* one more than may wait: what is dropped has to be read as well */
};

/* Takes everything in that `from_fd` has. */
void direction_admit(struct direction *direction, const struct manner *manner, int64_t now_ns);

/* Lets everything out that is due. Returns when the next packet is due, or -1 when none is on its way. */
int64_t direction_release(struct direction *direction, const struct manner *manner, int64_t now_ns);

#endif
