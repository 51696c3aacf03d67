/*
 * load --port N --path /stream --listeners N --frame-bytes N [OPTIONS]
 *
 * Opens many listeners of a stamped stream, reads them all, and lets some of them freeze. It goes through these phases,
 * and prints a line when each begins; the last line is a JSON object with what was measured.
 *
 *   connecting  until every listener has its first byte; never more than --in-flight connects are under way (32: what
 * Icecast, whose queue of new connections is short, is fastest with; to the others it makes no difference) warming for
 * --warm-ms measuring   for --seconds (0: until stdin closes). --frozen listeners stop reading when it begins measured
 * all others go on reading until stdin closes, so that the server can be looked at under load
 *
 * The frozen have had a small receive buffer from the beginning, so that they take next to nothing more; with
 * --ordinary 1 they are like all others, and their kernels go on taking until the default receive buffer is full.
 */
#define _GNU_SOURCE
#include "common.h"
#include "histogram.h"
#include "stamps.h"

#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

/* Small, and still enough for 10 ms of PCM at a time: a listener with it keeps up as long as it reads. */
#define SMALL_RECEIVE_BYTES 4096
/* How often the frozen are asked how much their kernels have taken. */
#define SAMPLE_NS (20 * NS_PER_MS)
#define STDIN_EVENT UINT32_MAX

enum phase { CONNECTING, WARMING, MEASURING, MEASURED };

struct listener {
  struct stamp_reader reader;
  int fd;
  bool started, answered, frozen, gone;
  uint64_t read_at_ns, worst_gap_ns;
  /* Of a frozen one: bytes that wait in its kernel, when they last became more, and when it was dropped. */
  int waiting_bytes;
  uint64_t took_at_ns, dropped_at_ns;
};

static struct {
  long port, listeners, frame_bytes, seconds, frozen, ordinary, warm_ms, in_flight, connect_seconds;
  const char *path;
} options = {.warm_ms = 2000, .in_flight = 32, .connect_seconds = 90, .path = "/"};

static struct listener *listeners;
static struct histogram latencies;
static enum phase phase = CONNECTING;
static int poll_fd;
static char request[512];
static long started, answered, refused, gone;
static uint64_t first_connect_ns, connected_ns, phase_ns, sampled_ns;
static uint64_t healthy_bytes, lost_frames;

static void read_options(int argc, char **argv) {
  const struct {
    const char *name;
    long *value;
  } known[] = {{"--port", &options.port},           {"--listeners", &options.listeners},
               {"--frozen", &options.frozen},       {"--frame-bytes", &options.frame_bytes},
               {"--seconds", &options.seconds},     {"--warm-ms", &options.warm_ms},
               {"--in-flight", &options.in_flight}, {"--connect-seconds", &options.connect_seconds},
               {"--ordinary", &options.ordinary}};
  for (int at = 1; at + 1 < argc; at += 2) {
    if (strcmp(argv[at], "--path") == 0) options.path = argv[at + 1];
    for (size_t index = 0; index < sizeof known / sizeof *known; index++)
      if (strcmp(argv[at], known[index].name) == 0) *known[index].value = number(argv[at + 1]);
  }
  if (argc % 2 == 0 || options.port == 0 || options.listeners == 0 || options.in_flight == 0 ||
      options.frame_bytes <= STAMP_BYTES || options.frozen > options.listeners) {
    fputs("load --port N --path /stream --listeners N --frame-bytes N [OPTIONS]\n", stderr);
    exit(64);
  }
}

static void watch(int operation, int fd, uint32_t what, uint32_t id) {
  struct epoll_event event = {.events = what, .data.u32 = id};
  if (epoll_ctl(poll_fd, operation, fd, &event) != 0) die("epoll_ctl");
}

static bool is_small(long index) {
  return index < options.frozen && !options.ordinary;
}

static void lose(struct listener *listener) {
  if (!listener->answered)
    refused++;
  else if (phase >= WARMING)
    gone++;
  listener->gone = true;
  close(listener->fd);
}

/* Starts as many connects as may be under way. */
static void start_more(void) {
  while (started < options.listeners && started - answered - refused < options.in_flight) {
    struct listener *listener = &listeners[started];
    listener->fd =
        start_connect((uint16_t)options.port, (uint32_t)started, is_small(started) ? SMALL_RECEIVE_BYTES : 0);
    if (listener->fd < 0) die("connect");
    watch(EPOLL_CTL_ADD, listener->fd, EPOLLOUT, (uint32_t)started);
    started++;
  }
}

static void on_stamp(uint64_t made_ns, uint64_t read_ns) {
  if (phase == MEASURING && read_ns > made_ns) histogram_add(&latencies, (read_ns - made_ns) / 1000);
}

static void note_gap(struct listener *listener, uint64_t until_ns) {
  if (until_ns - listener->read_at_ns > listener->worst_gap_ns)
    listener->worst_gap_ns = until_ns - listener->read_at_ns;
}

static void read_some(struct listener *listener) {
  static unsigned char buffer[65536];
  ssize_t bytes = recv(listener->fd, buffer, sizeof buffer, 0);
  if (bytes < 0 && errno == EAGAIN) return;
  uint64_t now = now_ns();
  if (!listener->answered && bytes > 0) {
    /* The status stands at the same place in HTTP/1.0 and 1.1. */
    if (bytes < 12 || memcmp(buffer + 9, "200", 3) != 0)
      bytes = 0;
    else
      listener->answered = ++answered;
  }
  if (bytes <= 0) {
    lose(listener);
    return;
  }
  struct stamps found =
      stamps_read(&listener->reader, (size_t)options.frame_bytes, buffer, (size_t)bytes, on_stamp, now);
  if (phase == MEASURING) {
    healthy_bytes += (uint64_t)bytes;
    lost_frames += found.lost_frames;
    note_gap(listener, now);
  }
  listener->read_at_ns = now;
}

static void handle(struct listener *listener, uint32_t id, uint32_t events) {
  if (listener->gone) return;
  if (listener->frozen) {
    /* Only its end is reported now: FIN, RST or an error, without anything being read. */
    listener->dropped_at_ns = now_ns();
    listener->gone = true;
    close(listener->fd);
  } else if (!listener->started) {
    listener->started = true;
    if (socket_error(listener->fd) != 0 || send(listener->fd, request, strlen(request), MSG_NOSIGNAL) < 0)
      lose(listener);
    else
      watch(EPOLL_CTL_MOD, listener->fd, EPOLLIN | EPOLLRDHUP, id);
  } else if (events != 0) {
    read_some(listener);
  }
}

static void freeze(uint64_t now) {
  for (long index = 0; index < options.frozen; index++) {
    struct listener *listener = &listeners[index];
    listener->frozen = true;
    listener->took_at_ns = now;
    if (!listener->gone) watch(EPOLL_CTL_MOD, listener->fd, EPOLLRDHUP, (uint32_t)index);
  }
}

/* Notes whose kernel has taken more since the last time. */
static void sample_frozen(uint64_t now) {
  sampled_ns = now;
  for (long index = 0; index < options.frozen; index++) {
    struct listener *listener = &listeners[index];
    int waiting;
    if (listener->gone || ioctl(listener->fd, FIONREAD, &waiting) != 0 || waiting <= listener->waiting_bytes) continue;
    listener->waiting_bytes = waiting;
    listener->took_at_ns = now;
  }
}

static void enter(enum phase next, uint64_t now) {
  static const char *const names[] = {"connecting", "warming", "measuring", "measured"};
  phase = next;
  phase_ns = now;
  printf("%s\n", names[next]);
  fflush(stdout);
}

/* Goes on to the next phase when its time has come. */
static void advance(bool asked_to_end) {
  uint64_t now = now_ns();
  if (phase == CONNECTING) {
    start_more();
    if (answered + refused == options.listeners) {
      connected_ns = now;
      enter(WARMING, now);
    } else if (now - first_connect_ns > (uint64_t)options.connect_seconds * NS_PER_S) {
      fprintf(stderr, "only %ld of %ld were answered in time\n", answered, options.listeners);
      exit(1);
    }
  } else if (phase == WARMING && now - phase_ns >= (uint64_t)options.warm_ms * NS_PER_MS) {
    freeze(now);
    enter(MEASURING, now);
  } else if (phase == MEASURING) {
    if (now - sampled_ns >= SAMPLE_NS) sample_frozen(now);
    bool over = options.seconds == 0 ? asked_to_end : now - phase_ns >= (uint64_t)options.seconds * NS_PER_S;
    if (!over) return;
    for (long index = options.frozen; index < options.listeners; index++)
      if (!listeners[index].gone) note_gap(&listeners[index], now);
    enter(MEASURED, now);
  }
}

static int descending(const void *a, const void *b) {
  uint64_t one = *(const uint64_t *)a;
  uint64_t other = *(const uint64_t *)b;
  return one < other ? 1 : one > other ? -1 : 0;
}

static double ms(uint64_t ns) {
  return (double)ns / 1e6;
}

static void print_result(uint64_t froze_ns, uint64_t measured_ns) {
  long healthy = options.listeners - options.frozen;
  uint64_t *gaps = calloc((size_t)healthy + 1, sizeof *gaps);
  long counted = 0;
  for (long index = options.frozen; index < options.listeners; index++)
    if (listeners[index].answered) gaps[counted++] = listeners[index].worst_gap_ns;
  qsort(gaps, (size_t)counted, sizeof *gaps, descending);
  printf("{\"listeners\":%ld,\"refused\":%ld,\"healthyGone\":%ld,\"connectMs\":%.3f,\"measuredMs\":%.3f,"
         "\"healthyBytes\":%llu,"
         "\"lostFrames\":%llu,\"worstGapMs\":%.3f,\"medianWorstGapMs\":%.3f,\"latencyMaxMs\":%.3f,\"frozen\":[",
         options.listeners, refused, gone, ms(connected_ns - first_connect_ns), ms(measured_ns - froze_ns),
         (unsigned long long)healthy_bytes, (unsigned long long)lost_frames, ms(gaps[0]), ms(gaps[counted / 2]),
         (double)latencies.max_us / 1e3);
  for (long index = 0; index < options.frozen; index++) {
    struct listener *listener = &listeners[index];
    bool dropped = listener->dropped_at_ns != 0 && listener->dropped_at_ns <= measured_ns;
    printf("%s{\"tookMs\":%.3f,\"droppedMs\":", index == 0 ? "" : ",", ms(listener->took_at_ns - froze_ns));
    if (dropped)
      printf("%.3f}", ms(listener->dropped_at_ns - froze_ns));
    else
      printf("null}");
  }
  printf("],\"latencyUs\":");
  histogram_print(&latencies);
  puts("}");
}

int main(int argc, char **argv) {
  read_options(argc, argv);
  need_descriptors((rlim_t)options.listeners + 16);
  listeners = calloc((size_t)options.listeners, sizeof *listeners);
  poll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (listeners == NULL || poll_fd < 0) die("load");
  /* A file cannot be watched; then nobody wants us to wait for its end. */
  struct epoll_event end = {.events = EPOLLIN | EPOLLRDHUP, .data.u32 = STDIN_EVENT};
  bool asked_to_end = epoll_ctl(poll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &end) != 0;
  snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%ld\r\nUser-Agent: boardfeed-bench\r\n\r\n",
           options.path, options.port);
  first_connect_ns = now_ns();
  enter(CONNECTING, first_connect_ns);
  uint64_t froze_ns = 0;
  uint64_t measured_ns = 0;
  while (phase != MEASURED || !asked_to_end) {
    advance(asked_to_end);
    if (phase == MEASURING && froze_ns == 0) froze_ns = phase_ns;
    if (phase == MEASURED && measured_ns == 0) measured_ns = phase_ns;
    struct epoll_event events[512];
    int ready = epoll_wait(poll_fd, events, 512, 5);
    for (int index = 0; index < ready; index++) {
      uint32_t id = events[index].data.u32;
      if (id == STDIN_EVENT) {
        asked_to_end = true;
        epoll_ctl(poll_fd, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
      } else {
        handle(&listeners[id], id, events[index].events);
      }
    }
  }
  print_result(froze_ns, measured_ns);
  return 0;
}
