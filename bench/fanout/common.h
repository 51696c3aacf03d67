/*
 * What the programs of this folder share: the clock, the stamp that a test frame carries, and loopback sockets.
 *
 * A stamp lies somewhere in each frame and is 16 bytes long: "BFTS", the time at which the frame was made (u64,
 * CLOCK_MONOTONIC in ns) and its number (u32), in the byte order of the machine: both ends are on it.
 */
#ifndef BOARDFEED_BENCH_COMMON_H
#define BOARDFEED_BENCH_COMMON_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define STAMP_BYTES 16
#define NS_PER_MS 1000000ull
#define NS_PER_S 1000000000ull

static const char STAMP_MARK[4] = {'B', 'F', 'T', 'S'};

static inline uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* Says what failed, and why as far as errno knows, and ends. */
static inline void die(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

/* A whole number from the command line. */
static inline long number(const char *text) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || value < 0) {
    fprintf(stderr, "\"%s\" is not a whole number\n", text);
    exit(64);
  }
  return value;
}

/* Lets the process have as many descriptors as its hard limit allows; ends when that is fewer than it needs. */
static inline void need_descriptors(rlim_t count) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (limit.rlim_max < count) {
    fprintf(stderr, "%lu descriptors are needed, the hard limit is %lu\n", (unsigned long)count,
            (unsigned long)limit.rlim_max);
    exit(1);
  }
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) die("setrlimit");
}

/*
 * Begins to connect to 127.0.0.1 without waiting, from an address of 127.0.0.0/8 that is this client's own: limits per
 * address do not stop it, and ports do not run out while old connections linger in TIME_WAIT.
 *
 * receive_bytes: the receive buffer that it asks for; 0 leaves the kernel's default.
 * Returns the descriptor, or -1.
 */
static inline int start_connect(uint16_t port, uint32_t client, int receive_bytes) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  int yes = 1;
  uint32_t host = 0x7f010000u + (client / 250 % 60000) * 256 + 1 + client % 250;
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(host)};
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  if (receive_bytes > 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  if (bind(fd, (struct sockaddr *)&from, sizeof from) == 0 &&
      (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 || errno == EINPROGRESS))
    return fd;
  close(fd);
  return -1;
}

/* The error that a connect ended with; 0 when it succeeded. */
static inline int socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

#endif
