#include "direction.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

/* What may wait for a slow link, as in the buffer of a router. What comes on top of it is dropped. */
static const int64_t QUEUE_BYTES = 16384;
static const int64_t NS_PER_S = 1000000000;

/* xorshift64*: the same seed loses the same packets. */
static double next_random(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return (double)((*state * 0x2545f4914f6cdd1dULL) >> 11) / (double)(1ULL << 53);
}

static int is_ip(const uint8_t *bytes, int length) {
  return length >= (int)sizeof(struct ip) && bytes[0] >> 4 == 4;
}

/* Length of what a TCP segment carries; 0 for whatever else it is. */
static uint32_t tcp_data(const uint8_t *bytes, int length, struct tcphdr *header) {
  const int ip_bytes = (bytes[0] & 15) * 4;
  if (bytes[9] != IPPROTO_TCP || length < ip_bytes + (int)sizeof *header) return 0;
  memcpy(header, bytes + ip_bytes, sizeof *header);
  return (uint32_t)(length - ip_bytes - header->doff * 4);
}

static struct flow *flow_of(struct direction *direction, const struct tcphdr *header) {
  const uint32_t ports = (uint32_t)header->source << 16 | header->dest;
  for (unsigned index = 0; index < direction->flow_count; index++)
    if (direction->flows[index].ports == ports) return &direction->flows[index];
  // More than that are a mistake of the test: they show as segments that were never retransmitted.
  struct flow *flow = &direction->flows[direction->flow_count % MAX_FLOWS];
  direction->flow_count += direction->flow_count < MAX_FLOWS;
  *flow = (struct flow){.ports = ports, .next_sequence = ntohl(header->seq)};
  return flow;
}

static void count_in(struct direction *direction, const uint8_t *bytes, int length) {
  direction->counts.packets++;
  direction->counts.bytes += length;
  struct tcphdr header;
  const uint32_t data_bytes = tcp_data(bytes, length, &header);
  if (data_bytes == 0) return;
  direction->counts.data_segments++;
  struct flow *flow = flow_of(direction, &header);
  const uint32_t sequence = ntohl(header.seq);
  if ((int32_t)(sequence - flow->next_sequence) < 0) direction->counts.retransmitted_segments++;
  if ((int32_t)(sequence + data_bytes - flow->next_sequence) > 0) flow->next_sequence = sequence + data_bytes;
}

static void drop(struct direction *direction, const uint8_t *bytes, int length) {
  struct tcphdr header;
  direction->counts.dropped++;
  direction->counts.dropped_segments += tcp_data(bytes, length, &header) > 0;
}

/* When the last bit of a packet has left, or -1 if there is no room for it to wait until then. */
static int64_t transmit(struct direction *direction, const struct manner *manner, int length, int64_t now_ns) {
  const int64_t starts_ns = direction->busy_until_ns > now_ns ? direction->busy_until_ns : now_ns;
  if (manner->bits_per_second == 0) return starts_ns;
  if ((starts_ns - now_ns) * manner->bits_per_second / 8 > QUEUE_BYTES * NS_PER_S) return -1;
  return starts_ns + length * 8 * NS_PER_S / manner->bits_per_second;
}

static void admit(struct direction *direction, const struct manner *manner, struct packet *packet, int64_t now_ns) {
  const int lost = next_random(&direction->random) < manner->loss;
  const int64_t left_ns = transmit(direction, manner, packet->length, now_ns);
  if (manner->cut || lost || left_ns < 0 || direction->waiting == MAX_PACKETS) {
    drop(direction, packet->bytes, packet->length);
    return;
  }
  direction->busy_until_ns = left_ns;
  packet->due_ns = left_ns + manner->delay_ns;
  direction->waiting++;
}

void direction_admit(struct direction *direction, const struct manner *manner, int64_t now_ns) {
  for (;;) {
    struct packet *packet = &direction->packets[(direction->first + direction->waiting) % SLOTS];
    const ssize_t length = read(direction->from_fd, packet->bytes, sizeof packet->bytes);
    if (length <= 0) return;
    packet->length = (int)length;
    if (!is_ip(packet->bytes, packet->length)) continue; // IPv6 looks for neighbours.
    count_in(direction, packet->bytes, packet->length);
    admit(direction, manner, packet, now_ns);
  }
}

int64_t direction_release(struct direction *direction, const struct manner *manner, int64_t now_ns) {
  while (direction->waiting > 0) {
    struct packet *packet = &direction->packets[direction->first];
    if (packet->due_ns > now_ns) return packet->due_ns;
    if (manner->cut || write(direction->to_fd, packet->bytes, packet->length) != packet->length)
      drop(direction, packet->bytes, packet->length);
    direction->first = (direction->first + 1) % SLOTS;
    direction->waiting--;
  }
  return -1;
}
