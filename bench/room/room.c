/*
 * room CHUNK_BYTES SEND_BUFFER_BYTES LOWAT_BYTES
 *
 * What our kernel holds for a listener that reads nothing, and when it says that there is room again. Fills a
 * connection over the loopback whose other end has a small receive buffer, then reads there a little at a time. Prints
 * one line: bytes held when nothing more is taken; bytes read until a send() is taken again; bytes read until poll()
 * says so. SEND_BUFFER_BYTES (SO_SNDBUF) and LOWAT_BYTES (TCP_NOTSENT_LOWAT) are left alone when 0. See tcp(7) and
 * socket(7).
 */
#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The smallest receive buffer: what it holds is little beside what is measured. */
#define RECEIVE_BYTES 4096
/* How long nothing must be taken for the kernels to be full, in steps of 10 ms. */
#define QUIET_STEPS 30
#define STEP_US 10000
/* As much is read at a time. */
#define PIECE_BYTES 2048
/* After so many pieces (128 MB) there is no hope. */
#define MOST_PIECES 65536

static long chunk_bytes, send_buffer_bytes, lowat_bytes;
static char *chunk;

struct ends {
  int ours, theirs;
};

static void must(bool held, const char *what) {
  if (held) return;
  perror(what);
  exit(1);
}

static void set(int fd, int level, int name, long value) {
  int number = (int)value;
  must(setsockopt(fd, level, name, &number, sizeof number) == 0, "setsockopt");
}

static struct ends make_connection(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listening = socket(AF_INET, SOCK_STREAM, 0);
  must(bind(listening, (struct sockaddr *)&address, length) == 0 && listen(listening, 1) == 0, "listen");
  must(getsockname(listening, (struct sockaddr *)&address, &length) == 0, "getsockname");
  struct ends ends = {.theirs = socket(AF_INET, SOCK_STREAM, 0)};
  set(ends.theirs, SOL_SOCKET, SO_RCVBUF, RECEIVE_BYTES);
  must(connect(ends.theirs, (struct sockaddr *)&address, sizeof address) == 0, "connect");
  must((ends.ours = accept(listening, NULL, NULL)) >= 0, "accept");
  close(listening);
  set(ends.ours, IPPROTO_TCP, TCP_NODELAY, 1);
  if (send_buffer_bytes > 0) set(ends.ours, SOL_SOCKET, SO_SNDBUF, send_buffer_bytes);
  if (lowat_bytes > 0) set(ends.ours, IPPROTO_TCP, TCP_NOTSENT_LOWAT, lowat_bytes);
  return ends;
}

static bool take_chunk(int fd) {
  return send(fd, chunk, (size_t)chunk_bytes, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

static bool says_room(int fd) {
  struct pollfd wait = {.fd = fd, .events = POLLOUT};
  return poll(&wait, 1, 0) > 0;
}

/** Fills a connection; returns what our kernel holds then. */
static int fill(int fd) {
  for (int quiet = 0; quiet < QUIET_STEPS; quiet++) {
    while (take_chunk(fd))
      quiet = 0;
    usleep(STEP_US);
  }
  int held = 0;
  must(ioctl(fd, SIOCOUTQ, &held) == 0, "SIOCOUTQ");
  return held;
}

/** Reads until there is room for our end to see; returns how much was read, or -1. */
static long drain_until(struct ends ends, bool (*room)(int fd)) {
  char piece[PIECE_BYTES];
  long read_bytes = 0;
  for (int pieces = 0; pieces < MOST_PIECES; pieces++) {
    ssize_t some = recv(ends.theirs, piece, sizeof piece, MSG_DONTWAIT);
    if (some > 0)
      read_bytes += some;
    else
      usleep(100); /* The next window update is under way. */
    if (room(ends.ours)) return read_bytes;
  }
  return -1;
}

int main(int argc, char **argv) {
  must(argc == 4, "usage: room CHUNK_BYTES SEND_BUFFER_BYTES LOWAT_BYTES");
  chunk_bytes = atol(argv[1]);
  send_buffer_bytes = atol(argv[2]);
  lowat_bytes = atol(argv[3]);
  chunk = calloc(1, (size_t)chunk_bytes);
  must(chunk != NULL, "calloc");
  struct ends first = make_connection();
  int held = fill(first.ours);
  long until_send = drain_until(first, take_chunk);
  struct ends second = make_connection();
  fill(second.ours);
  printf("%d %ld %ld\n", held, until_send, drain_until(second, says_room));
  return 0;
}
