/*
 * churn PORT PATH COUNT IN_FLIGHT PER_SECOND SEED
 *
 * Connects to a server COUNT times and leaves in every ugly way there is, at most IN_FLIGHT at a time and PER_SECOND in
 * a second (0: as fast as it goes). Prints a JSON object with how often each way was gone and how many connects failed.
 */
#define _GNU_SOURCE
#include "common.h"

#include <stdbool.h>
#include <sys/epoll.h>

#define MOST_IN_FLIGHT 4096
/* How long a client lets the server take to close before it closes itself. */
#define PATIENCE_NS (3 * NS_PER_S)
/* Longer than any time limit for a request that a sane server has. */
#define ENDLESS_NS (30 * NS_PER_S)
/* So many of the silent give up sooner before one waits that long. */
#define ENDLESS_EVERY 200

enum way {
  LEAVE,        /* listens a little and closes; bytes that it has not read make this a reset as well */
  RESET,        /* listens a little and resets */
  HALF_CLOSE,   /* asks, closes its sending half, and reads to the end */
  VANISH,       /* asks and is gone without FIN or RST, as a phone out of range */
  IMMEDIATE,    /* closes or resets as soon as it is connected */
  SILENT,       /* never sends a whole header; few of them wait for the server to end it */
  GARBAGE,      /* pipelines requests and bytes that are none, in one packet */
  CLOSE_UNREAD, /* asks, reads nothing, and closes */
  WAYS
};

static const char *const NAMES[WAYS] = {"leave",     "reset",  "half-close", "vanish",
                                        "immediate", "silent", "garbage",    "close unread"};

struct client {
  int fd;
  enum way way;
  bool connected, answered;
  uint64_t ends_at_ns;
};

static struct client clients[MOST_IN_FLIGHT];
static long in_flight, most_in_flight;
static long counts[WAYS], failed, unanswered, repaired;
static uint64_t random_state;
static int poll_fd;
static char request[512], garbage[4096];
static size_t garbage_bytes;

/* xorshift64*; the state is never 0. */
static uint32_t random_below(uint32_t limit) {
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (uint32_t)((random_state * 0x2545f4914f6cdd1dull) >> 32) % limit;
}

static uint64_t random_ms(uint32_t least, uint32_t most) {
  return (least + random_below(most - least + 1)) * NS_PER_MS;
}

static void make_requests(const char *path) {
  snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
  int text = snprintf(garbage, sizeof garbage,
                      "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET %s HTTP/1.1\r\nHost: x\r\n\r\n"
                      "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nGET / HTT%s\x01\r\n\r\n",
                      path, path, request);
  garbage_bytes = (size_t)text + 1000;
  for (size_t at = (size_t)text; at < garbage_bytes; at++)
    garbage[at] = (char)random_below(256);
}

static void reset(int fd) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* A socket under repair closes without a packet. That needs CAP_NET_ADMIN; without it, this is a close with unread
 * bytes. */
static void vanish(int fd) {
#ifdef TCP_REPAIR
  int yes = 1;
  if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &yes, sizeof yes) == 0) repaired++;
#else
  (void)fd;
#endif
}

/* Whether it listens before it goes, so that it must be answered. */
static bool is_listener(const struct client *client) {
  return client->way == LEAVE || client->way == RESET;
}

static void finish(struct client *client) {
  if (client->way == RESET) reset(client->fd);
  if (client->way == VANISH && client->connected) vanish(client->fd);
  bool should_be_answered = client->way == LEAVE || client->way == RESET;
  if (client->connected && should_be_answered && !client->answered) unanswered++;
  close(client->fd);
  client->fd = -1;
  in_flight--;
}

static void begin(uint16_t port, uint32_t number, uint32_t slot) {
  struct client *client = &clients[slot];
  *client = (struct client){.way = random_below(WAYS), .ends_at_ns = now_ns() + PATIENCE_NS};
  client->fd = start_connect(port, number, 0);
  if (client->fd < 0) die("connect");
  struct epoll_event event = {.events = EPOLLOUT, .data.u32 = slot};
  if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, client->fd, &event) != 0) die("epoll_ctl");
  in_flight++;
  counts[client->way]++;
}

static void send_text(const struct client *client, const char *text, size_t bytes) {
  /* What comes of it shows when the socket is read, or does not matter. */
  (void)!send(client->fd, text, bytes, MSG_NOSIGNAL);
}

/* The connection is there: does the first half of what the client's way is. */
static void act(struct client *client, uint32_t slot) {
  uint64_t now = now_ns();
  client->connected = true;
  if (socket_error(client->fd) != 0) {
    failed++;
    client->connected = false;
    finish(client);
    return;
  }
  uint32_t wanted = EPOLLIN;
  switch (client->way) {
  case LEAVE:
  case RESET:
    /* They stay for a while from their first byte on. */
    send_text(client, request, strlen(request));
    break;
  case HALF_CLOSE:
    send_text(client, request, strlen(request));
    shutdown(client->fd, SHUT_WR);
    break;
  case VANISH:
  case CLOSE_UNREAD:
    send_text(client, request, strlen(request));
    client->ends_at_ns = now + random_ms(0, 200);
    wanted = 0;
    break;
  case IMMEDIATE:
    if (random_below(2) == 0) reset(client->fd);
    finish(client);
    return;
  case SILENT:
    send_text(client, request, random_below(3) * 7);
    client->ends_at_ns = now + (counts[SILENT] % ENDLESS_EVERY == 0 ? ENDLESS_NS : random_ms(20, 400));
    break;
  case GARBAGE:
    send_text(client, garbage + random_below(3) * 20, garbage_bytes - 40 - random_below(900));
    client->ends_at_ns = now + random_ms(0, 100);
    break;
  case WAYS:
    break;
  }
  struct epoll_event event = {.events = wanted, .data.u32 = slot};
  if (epoll_ctl(poll_fd, EPOLL_CTL_MOD, client->fd, &event) != 0) die("epoll_ctl");
}

static void read_some(struct client *client) {
  static char buffer[65536];
  ssize_t bytes = recv(client->fd, buffer, sizeof buffer, 0);
  if (bytes == 0 || (bytes < 0 && errno != EAGAIN)) {
    finish(client);
  } else if (bytes > 0 && !client->answered) {
    client->answered = true;
    if (is_listener(client)) client->ends_at_ns = now_ns() + random_ms(0, 200);
  }
}

static void end_those_whose_time_is_up(void) {
  uint64_t now = now_ns();
  for (long slot = 0; slot < most_in_flight; slot++)
    if (clients[slot].fd >= 0 && now >= clients[slot].ends_at_ns) {
      if (!clients[slot].connected) failed++;
      finish(&clients[slot]);
    }
}

int main(int argc, char **argv) {
  if (argc != 7) {
    fputs("churn PORT PATH COUNT IN_FLIGHT PER_SECOND SEED\n", stderr);
    return 64;
  }
  uint16_t port = (uint16_t)number(argv[1]);
  long count = number(argv[3]);
  most_in_flight = number(argv[4]);
  long per_second = number(argv[5]);
  random_state = (uint64_t)number(argv[6]) * 2 + 1;
  if (most_in_flight < 1 || most_in_flight > MOST_IN_FLIGHT) return 64;
  make_requests(argv[2]);
  need_descriptors((rlim_t)most_in_flight + 16);
  poll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (poll_fd < 0) die("epoll_create1");
  for (long slot = 0; slot < most_in_flight; slot++)
    clients[slot].fd = -1;

  uint64_t began_ns = now_ns();
  long begun = 0;
  while (begun < count || in_flight > 0) {
    double due = per_second == 0 ? (double)count : (double)(now_ns() - began_ns) / 1e9 * (double)per_second;
    for (long slot = 0; slot < most_in_flight && begun < count && (double)begun < due; slot++)
      if (clients[slot].fd < 0) begin(port, (uint32_t)begun++, (uint32_t)slot);
    struct epoll_event events[256];
    int ready = epoll_wait(poll_fd, events, 256, 2);
    for (int index = 0; index < ready; index++) {
      uint32_t slot = events[index].data.u32;
      struct client *client = &clients[slot];
      if (client->fd < 0) continue;
      if (!client->connected)
        act(client, slot);
      else
        read_some(client);
    }
    end_those_whose_time_is_up();
  }
  printf("{\"seconds\":%.3f,\"failed\":%ld,\"unanswered\":%ld,\"vanishedSilently\":%ld,\"ways\":{",
         (double)(now_ns() - began_ns) / 1e9, failed, unanswered, repaired);
  for (int way = 0; way < WAYS; way++)
    printf("%s\"%s\":%ld", way == 0 ? "" : ",", NAMES[way], counts[way]);
  puts("}}");
  return 0;
}
