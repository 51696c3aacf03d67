/*
 * floor FRAME_BYTES PERIOD_NS JOINED
 *
 * The least that sending a stream over TCP can cost: one thread, one send() per listener and chunk, and nothing else.
 * No request is read, nobody is timed, and what a socket does not take is lost to its listener. Any server that does
 * more may take longer.
 *
 * A frame of FRAME_BYTES is made every PERIOD_NS; JOINED of them go out as one chunk. Prints `listening PORT`.
 */
#define _GNU_SOURCE
#include "common.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>

#define MOST_LISTENERS 16000
#define STAMP_AT 64

static const char HEAD[] = "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n";

static int listeners[MOST_LISTENERS];
static int count;

static int listen_somewhere(uint16_t *port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 1024) != 0 ||
      getsockname(fd, (struct sockaddr *)&at, &size) != 0)
    die("listen");
  *port = ntohs(at.sin_port);
  return fd;
}

static int tick_every(long period_ns) {
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct timespec period = {.tv_sec = period_ns / (long)NS_PER_S, .tv_nsec = period_ns % (long)NS_PER_S};
  struct itimerspec timer = {.it_interval = period, .it_value = period};
  if (fd < 0 || timerfd_settime(fd, 0, &timer, NULL) != 0) die("timerfd");
  return fd;
}

static void accept_all(int server) {
  int yes = 1;
  int fd;
  while ((fd = accept4(server, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (count == MOST_LISTENERS || send(fd, HEAD, sizeof HEAD - 1, MSG_NOSIGNAL) < 0)
      close(fd);
    else
      listeners[count++] = fd;
  }
}

static void make_frame(unsigned char *frame, size_t bytes) {
  static uint32_t sequence;
  uint64_t now = now_ns();
  memset(frame, 0x55, bytes);
  memcpy(frame + STAMP_AT, STAMP_MARK, sizeof STAMP_MARK);
  memcpy(frame + STAMP_AT + 4, &now, sizeof now);
  memcpy(frame + STAMP_AT + 12, &sequence, sizeof sequence);
  sequence++;
}

static void send_to_all(const unsigned char *chunk, size_t bytes) {
  for (int index = 0; index < count;) {
    if (send(listeners[index], chunk, bytes, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN) {
      close(listeners[index]);
      listeners[index] = listeners[--count];
    } else {
      index++;
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fputs("floor FRAME_BYTES PERIOD_NS JOINED\n", stderr);
    return 64;
  }
  size_t frame_bytes = (size_t)number(argv[1]);
  long joined = number(argv[3]);
  if (frame_bytes < STAMP_AT + STAMP_BYTES || joined < 1) return 64;
  need_descriptors(1100);
  uint16_t port;
  int server = listen_somewhere(&port);
  int timer = tick_every(number(argv[2]));
  int poll = epoll_create1(0);
  struct epoll_event events[2] = {{.events = EPOLLIN, .data.fd = server}, {.events = EPOLLIN, .data.fd = timer}};
  if (poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, server, &events[0]) != 0 ||
      epoll_ctl(poll, EPOLL_CTL_ADD, timer, &events[1]) != 0)
    die("epoll");
  unsigned char *chunk = malloc(frame_bytes * (size_t)joined);
  if (chunk == NULL) die("malloc");
  size_t held = 0;
  /* Only now: from here on, a descriptor more is a listener more. */
  printf("listening %d\n", port);
  fflush(stdout);

  for (;;) {
    int ready = epoll_wait(poll, events, 2, -1);
    for (int index = 0; index < ready; index++) {
      uint64_t ticks = 0;
      if (events[index].data.fd == server) {
        accept_all(server);
        continue;
      }
      if (read(timer, &ticks, sizeof ticks) != sizeof ticks) continue;
      /* More than one when we were late: none is left out. */
      for (; ticks > 0; ticks--) {
        make_frame(chunk + held * frame_bytes, frame_bytes);
        if (++held < (size_t)joined) continue;
        send_to_all(chunk, held * frame_bytes);
        held = 0;
      }
    }
  }
}
