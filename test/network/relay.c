/*
 * A link between two network namespaces that can be delayed, lossy, slow and cut, for kernels that have no netem.
 *
 *   relay SEED
 *
 * Makes the namespaces `near` (192.0.2.1) and `far` (192.0.2.2), each with a TUN device, and forwards IPv4 packets from
 * one to the other. They exist for as long as this process and those inside them. The first line on stdout says where
 * to enter: descriptors, in /proc/PID/fd. After that each line on stdin is an order, answered by a line with the
 * counts:
 *
 *   delay MS      of every packet, in each direction    rate KBITPS   in each direction; 0: no limit
 *   loss PERCENT  of the packets, in each direction     cut, mend     nothing passes, and nobody is told
 *   count         changes nothing
 *
 * It ends when stdin does. Exit code 77: the machine does not permit it; stderr says what.
 */
#include "direction.h"
#include "net_side.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct direction to_far;
static struct direction to_near;
static struct manner manner;

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void print_counts(const char *name, const struct counts *counts) {
  printf("\"%s\":{\"packets\":%ld,\"bytes\":%ld,\"dropped\":%ld,\"dataSegments\":%ld,\"retransmittedSegments\":%ld,"
         "\"droppedSegments\":%ld}",
         name, counts->packets, counts->bytes, counts->dropped, counts->data_segments, counts->retransmitted_segments,
         counts->dropped_segments);
}

static void obey(const char *line) {
  char order[16] = "";
  double value = 0;
  const int fields = sscanf(line, "%15s %lf", order, &value);
  if (fields == 2 && strcmp(order, "delay") == 0)
    manner.delay_ns = (int64_t)(value * 1e6);
  else if (fields == 2 && strcmp(order, "loss") == 0)
    manner.loss = value / 100;
  else if (fields == 2 && strcmp(order, "rate") == 0)
    manner.bits_per_second = (int64_t)(value * 1000);
  else if (strcmp(order, "cut") == 0 || strcmp(order, "mend") == 0)
    manner.cut = order[0] == 'c';
  else if (strcmp(order, "count") != 0) {
    fprintf(stderr, "not an order: %s\n", line);
    exit(1);
  }
  printf("{");
  print_counts("toFar", &to_far.counts);
  printf(",");
  print_counts("toNear", &to_near.counts);
  printf("}\n");
}

/* Obeys whatever whole lines there are. Returns 0 at the end of stdin. */
static int read_orders(void) {
  static char text[256];
  static size_t length;
  const ssize_t got = read(STDIN_FILENO, text + length, sizeof text - 1 - length);
  if (got <= 0) return 0;
  length += (size_t)got;
  text[length] = 0;
  char *line = text;
  for (char *end = strchr(line, '\n'); end; line = end + 1, end = strchr(line, '\n')) {
    *end = 0;
    obey(line);
  }
  length -= (size_t)(line - text);
  memmove(text, line, length);
  return 1;
}

static void forward(void) {
  enum { ORDERS, FROM_NEAR, FROM_FAR };
  struct pollfd polled[] = {[ORDERS] = {.fd = STDIN_FILENO, .events = POLLIN},
                            [FROM_NEAR] = {.fd = to_far.from_fd, .events = POLLIN},
                            [FROM_FAR] = {.fd = to_near.from_fd, .events = POLLIN}};
  for (;;) {
    const int64_t now = now_ns();
    const int64_t next_far = direction_release(&to_far, &manner, now);
    const int64_t next_near = direction_release(&to_near, &manner, now);
    const int64_t next = next_near < 0 || (next_far >= 0 && next_far < next_near) ? next_far : next_near;
    const int64_t wait = next - now;
    const struct timespec timeout = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
    if (ppoll(polled, 3, next < 0 ? NULL : &timeout, NULL) < 0 && errno != EINTR) exit(1);
    if (polled[ORDERS].revents && !read_orders()) return;
    const int64_t arrived = now_ns();
    direction_admit(&to_far, &manner, arrived);
    direction_admit(&to_near, &manner, arrived);
  }
}

int main(int argument_count, char **arguments) {
  if (argument_count != 2) return 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  const int own_users = net_side_become_able();
  const struct net_side near = net_side_make("192.0.2.1");
  const struct net_side far = net_side_make("192.0.2.2");
  // The generator never leaves 0.
  const uint64_t seed = strtoull(arguments[1], NULL, 10) * 2 + 1;
  to_far.from_fd = to_near.to_fd = near.tun_fd;
  to_near.from_fd = to_far.to_fd = far.tun_fd;
  to_far.random = seed * 0x9e3779b97f4a7c15ULL;
  to_near.random = seed * 0xbf58476d1ce4e5b9ULL;
  printf("{\"nearFd\":%d,\"farFd\":%d,\"ownUsers\":%s}\n", near.namespace_fd, far.namespace_fd,
         own_users ? "true" : "false");
  forward();
  return 0;
}
