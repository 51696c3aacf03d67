#include "fan_out.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

// An id is the number of a slot and, above it, which of its tenants: one that has left is told from who came after it.
#define SLOT_BITS 20
#define MAX_SLOTS (1u << SLOT_BITS)
#define TENANTS (1u << (31 - SLOT_BITS))

/** A connection that was never sent anything is asked for a sign of life after that many seconds, and again. */
enum { KEEPALIVE_IDLE_S = 5, KEEPALIVE_INTERVAL_S = 1, KEEPALIVE_PROBES = 4 };

/**
 * A link that was down is tried again once a second, not after ever longer times: Linux would let up to 3.5 s pass
 * within the first seven, and the backlog would be over before the link is found mended. Linux 6.15 and later
 * (TCP_RTO_MAX_MS).
 */
enum { RETRY_OPTION = 44, RETRY_MS = 1000 };

/** Bytes of a segment on a LAN. On the loopback there are larger ones, but ours are not. */
#define ETHERNET_SEGMENT 1460u

struct slot {
  /** -1: free. */
  int descriptor;
  bool joined;
  uint16_t tenant;
  /** Bytes of the connection that came before ours, acknowledged or not. */
  uint64_t earlier_bytes;
  /** Bytes that the kernel took from us. */
  uint64_t taken_bytes;
};

struct fan_out {
  struct fan_out_options options;
  struct slot *slots;
  size_t count;
  size_t capacity;
};

struct fan_out *fan_out_create(const struct fan_out_options *options) {
  struct fan_out *fan = calloc(1, sizeof *fan);
  if (fan) fan->options = *options;
  return fan;
}

void fan_out_destroy(struct fan_out *fan) {
  if (!fan) return;
  for (size_t i = 0; i < fan->capacity; i++)
    if (fan->slots[i].descriptor >= 0) close(fan->slots[i].descriptor);
  free(fan->slots);
  free(fan);
}

static int32_t id_of(const struct fan_out *fan, const struct slot *slot) {
  return (int32_t)((uint32_t)slot->tenant << SLOT_BITS | (uint32_t)(slot - fan->slots));
}

static struct slot *slot_of(const struct fan_out *fan, int32_t id) {
  if (id < 0) return NULL;
  size_t index = (uint32_t)id % MAX_SLOTS;
  if (index >= fan->capacity) return NULL;
  struct slot *slot = &fan->slots[index];
  return slot->descriptor >= 0 && id_of(fan, slot) == id ? slot : NULL;
}

static struct slot *free_slot(struct fan_out *fan) {
  if (fan->count < fan->capacity)
    for (size_t i = 0; i < fan->capacity; i++)
      if (fan->slots[i].descriptor < 0) return &fan->slots[i];
  size_t capacity = fan->capacity ? 2 * fan->capacity : 8;
  if (capacity > MAX_SLOTS) return NULL;
  struct slot *slots = realloc(fan->slots, capacity * sizeof *slots);
  if (!slots) return NULL;
  for (size_t i = fan->capacity; i < capacity; i++)
    slots[i] = (struct slot){.descriptor = -1};
  struct slot *slot = &slots[fan->capacity];
  fan->slots = slots;
  fan->capacity = capacity;
  return slot;
}

/** Reads tcp_info; what an older kernel does not know stays 0. */
static int read_info(int descriptor, struct tcp_info *info) {
  *info = (struct tcp_info){0};
  socklen_t length = sizeof *info;
  return getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, info, &length) < 0 ? -errno : 0;
}

static int set_option(int descriptor, int level, int name, int value) {
  return setsockopt(descriptor, level, name, &value, sizeof value) < 0 ? -errno : 0;
}

static int prepare(int descriptor, const struct fan_out_options *options) {
  const struct {
    int level, name, value;
  } wanted[] = {
      {IPPROTO_TCP, TCP_NODELAY, 1},
      {IPPROTO_TCP, TCP_NOTSENT_LOWAT, (int)options->unsent_bytes},
      {IPPROTO_TCP, TCP_USER_TIMEOUT, (int)options->dead_after_ms},
      {SOL_SOCKET, SO_KEEPALIVE, 1},
      {IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S},
      {IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S},
      {IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES},
  };
  int failed = 0;
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted && !failed; i++)
    failed = set_option(descriptor, wanted[i].level, wanted[i].name, wanted[i].value);
  (void)set_option(descriptor, IPPROTO_TCP, RETRY_OPTION, RETRY_MS); // An older kernel does not know it.
  return failed;
}

int32_t fan_out_add(struct fan_out *fan, int descriptor) {
  int protocol = 0;
  socklen_t length = sizeof protocol;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PROTOCOL, &protocol, &length) < 0) return -errno;
  if (protocol != IPPROTO_TCP) return -EPROTONOSUPPORT;
  struct slot *slot = free_slot(fan);
  if (!slot) return -ENOMEM;
  int own = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  if (own < 0) return -errno;
  struct tcp_info info;
  int outstanding = 0;
  int failed = prepare(own, &fan->options);
  if (!failed) failed = read_info(own, &info);
  if (!failed && ioctl(own, SIOCOUTQ, &outstanding) < 0) failed = -errno;
  if (failed) {
    close(own);
    return failed;
  }
  slot->descriptor = own;
  slot->joined = false;
  slot->tenant = (uint16_t)((slot->tenant + 1u) % TENANTS);
  slot->earlier_bytes = info.tcpi_bytes_acked + (uint64_t)outstanding;
  slot->taken_bytes = 0;
  fan->count++;
  return id_of(fan, slot);
}

int32_t fan_out_join(struct fan_out *fan, int32_t id) {
  struct slot *slot = slot_of(fan, id);
  if (!slot) return -EBADF;
  slot->joined = true;
  return 0;
}

size_t fan_out_count(const struct fan_out *fan) {
  return fan->count;
}

static int32_t send_some(struct slot *slot, const void *data, size_t bytes) {
  if (bytes > INT32_MAX) bytes = INT32_MAX;
  ssize_t taken;
  do
    taken = send(slot->descriptor, data, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (taken < 0 && errno == EINTR);
  if (taken >= 0) {
    slot->taken_bytes += (uint64_t)taken;
    return (int32_t)taken;
  }
  // No memory is for the kernel what a full buffer is for the connection: it may be better a moment later.
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM ? 0 : -errno;
}

size_t fan_out_send_all(struct fan_out *fan, const void *data, size_t bytes, struct fan_out_short *shorts) {
  size_t short_count = 0;
  for (struct slot *slot = fan->slots, *end = slot + fan->capacity; slot < end; slot++) {
    if (slot->descriptor < 0 || !slot->joined) continue;
    int32_t taken = send_some(slot, data, bytes);
    if (taken >= 0 && (size_t)taken == bytes) continue;
    slot->joined = false;
    shorts[short_count++] = (struct fan_out_short){id_of(fan, slot), taken};
  }
  return short_count;
}

int32_t fan_out_send(struct fan_out *fan, int32_t id, const void *data, size_t bytes) {
  struct slot *slot = slot_of(fan, id);
  if (!slot || slot->joined) return -EBADF;
  return send_some(slot, data, bytes);
}

int32_t fan_out_truth(const struct fan_out *fan, int32_t id, struct fan_out_truth *truth) {
  const struct slot *slot = slot_of(fan, id);
  if (!slot) return -EBADF;
  struct tcp_info info;
  int failed = read_info(slot->descriptor, &info);
  if (failed) return failed;
  double acked = (double)info.tcpi_bytes_acked - (double)slot->earlier_bytes;
  double unsent = info.tcpi_notsent_bytes;
  double unacked = (double)slot->taken_bytes - acked - unsent;
  *truth = (struct fan_out_truth){
      .acked_bytes = acked,
      .window_bytes = info.tcpi_snd_wnd,
      // Linux rounds to the window's scale, or to segments where there is none (RFC 7323; RFC 9293, 3.8.6.2.2).
      .window_step_bytes = info.tcpi_snd_wscale                   ? (double)(1u << info.tcpi_snd_wscale)
                           : info.tcpi_snd_mss < ETHERNET_SEGMENT ? info.tcpi_snd_mss
                                                                  : ETHERNET_SEGMENT,
      .unsent_bytes = unsent,
      .unacked_bytes = unacked > 0 ? unacked : 0,
      .retransmits = info.tcpi_total_retrans,
      .beyond_gap = info.tcpi_sacked,
      .rtt_ms = info.tcpi_rtt / 1000.0,
      .since_ack_ms = info.tcpi_last_ack_recv,
  };
  return 0;
}

int32_t fan_out_remove(struct fan_out *fan, int32_t id) {
  struct slot *slot = slot_of(fan, id);
  if (!slot) return -EBADF;
  close(slot->descriptor);
  slot->descriptor = -1;
  slot->joined = false;
  fan->count--;
  return 0;
}
