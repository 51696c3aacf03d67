#include "../../native/core/fan_out.h"
#include "check.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOLDS(what) CHECK(what, "errno %d", errno)

static const struct fan_out_options options = {.unsent_bytes = 16384, .dead_after_ms = 9000};

static int listening = -1;
static struct sockaddr_in address;

static void start_listening(void) {
  socklen_t length = sizeof address;
  address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  listening = socket(AF_INET, SOCK_STREAM, 0);
  HOLDS(bind(listening, (struct sockaddr *)&address, sizeof address) == 0);
  HOLDS(listen(listening, 16) == 0);
  HOLDS(getsockname(listening, (struct sockaddr *)&address, &length) == 0);
}

/** Both ends of a connection. */
struct ends {
  int ours, theirs;
};

static struct ends make_connection(void) {
  struct ends ends = {.theirs = socket(AF_INET, SOCK_STREAM, 0)};
  HOLDS(connect(ends.theirs, (struct sockaddr *)&address, sizeof address) == 0);
  ends.ours = accept(listening, NULL, NULL);
  HOLDS(ends.ours >= 0);
  return ends;
}

static void end_connection(struct ends ends) {
  close(ends.ours);
  close(ends.theirs);
}

static size_t open_descriptors(void) {
  DIR *directory = opendir("/proc/self/fd");
  size_t count = 0;
  while (readdir(directory))
    count++;
  closedir(directory);
  return count;
}

/** Reads everything that has arrived, waiting until there are `bytes`. */
static size_t receive(int descriptor, size_t bytes) {
  static char buffer[65536];
  size_t received = 0;
  struct pollfd wait = {.fd = descriptor, .events = POLLIN};
  while (received < bytes && poll(&wait, 1, 5000) > 0) {
    ssize_t some = recv(descriptor, buffer, sizeof buffer, MSG_DONTWAIT);
    if (some <= 0) break;
    received += (size_t)some;
  }
  return received;
}

static void test_everybody_gets_everything(void) {
  enum { COUNT = 40 };
  struct fan_out *fan = fan_out_create(&options);
  struct ends ends[COUNT];
  struct fan_out_short shorts[COUNT];
  for (int i = 0; i < COUNT; i++) {
    ends[i] = make_connection();
    int32_t id = fan_out_add(fan, ends[i].ours);
    HOLDS(id >= 0);
    if (i % 2 == 0) HOLDS(fan_out_join(fan, id) == 0);
  }
  HOLDS(fan_out_count(fan) == COUNT);
  HOLDS(fan_out_send_all(fan, "12345", 5, shorts) == 0);
  for (int i = 0; i < COUNT; i++) {
    if (i % 2 == 0)
      HOLDS(receive(ends[i].theirs, 5) == 5);
    else
      HOLDS(recv(ends[i].theirs, shorts, 1, MSG_DONTWAIT) < 0);
  }
  size_t before = open_descriptors();
  fan_out_destroy(fan);
  HOLDS(open_descriptors() == before - COUNT);
  for (int i = 0; i < COUNT; i++)
    end_connection(ends[i]);
}

static void test_a_short_one_is_out(void) {
  struct fan_out *fan = fan_out_create(&options);
  struct ends ends = make_connection();
  static char chunk[40000];
  struct fan_out_short shorts[1];
  struct fan_out_truth truth;
  int32_t id = fan_out_add(fan, ends.ours);
  HOLDS(fan_out_join(fan, id) == 0);
  HOLDS(fan_out_send(fan, id, chunk, sizeof chunk) == -EBADF);
  size_t taken = 0;
  while (fan_out_send_all(fan, chunk, sizeof chunk, shorts) == 0)
    taken += sizeof chunk;
  HOLDS(shorts[0].id == id);
  HOLDS(shorts[0].taken >= 0 && shorts[0].taken < (int32_t)sizeof chunk);
  taken += (size_t)shorts[0].taken;
  HOLDS(fan_out_send_all(fan, chunk, sizeof chunk, shorts) == 0);
  int32_t more = fan_out_send(fan, id, chunk, sizeof chunk);
  HOLDS(more >= 0);
  taken += (size_t)more;
  HOLDS(fan_out_truth(fan, id, &truth) == 0);
  HOLDS(truth.acked_bytes + truth.unacked_bytes + truth.unsent_bytes == (double)taken);
  HOLDS(receive(ends.theirs, taken) == taken);
  HOLDS(fan_out_truth(fan, id, &truth) == 0);
  HOLDS(truth.window_bytes > 0 && truth.window_step_bytes > 0);
  fan_out_destroy(fan);
  end_connection(ends);
}

static void test_stale_ids(void) {
  struct fan_out *fan = fan_out_create(&options);
  struct ends ends = make_connection();
  struct fan_out_truth truth;
  int32_t first = fan_out_add(fan, ends.ours);
  // As often as there are tenants of a slot: every id but the last is stale.
  for (int i = 0; i < 3000; i++) {
    int32_t stale = first;
    HOLDS(fan_out_remove(fan, stale) == 0);
    first = fan_out_add(fan, ends.ours);
    HOLDS(first >= 0 && first != stale);
    HOLDS(fan_out_join(fan, stale) == -EBADF);
    HOLDS(fan_out_send(fan, stale, "x", 1) == -EBADF);
    HOLDS(fan_out_truth(fan, stale, &truth) == -EBADF);
    HOLDS(fan_out_remove(fan, stale) == -EBADF);
  }
  HOLDS(fan_out_count(fan) == 1);
  HOLDS(fan_out_remove(fan, -1) == -EBADF);
  HOLDS(fan_out_remove(fan, INT32_MAX) == -EBADF);
  fan_out_destroy(fan);
  end_connection(ends);
}

static void test_what_is_refused(void) {
  struct fan_out *fan = fan_out_create(&options);
  int pair[2];
  HOLDS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  HOLDS(fan_out_add(fan, pair[0]) == -EPROTONOSUPPORT);
  HOLDS(fan_out_add(fan, 9999) == -EBADF);
  HOLDS(fan_out_add(fan, STDIN_FILENO) < 0);
  HOLDS(fan_out_count(fan) == 0);
  close(pair[0]);
  close(pair[1]);
  fan_out_destroy(fan);
  fan_out_destroy(NULL);
}

static void test_a_dead_one_says_why(void) {
  struct fan_out *fan = fan_out_create(&options);
  struct ends ends = make_connection();
  struct fan_out_short shorts[1];
  HOLDS(fan_out_join(fan, fan_out_add(fan, ends.ours)) == 0);
  struct linger reset = {.l_onoff = 1};
  setsockopt(ends.theirs, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(ends.theirs);
  HOLDS(fan_out_send_all(fan, "x", 1, shorts) == 1);
  HOLDS(shorts[0].taken == -ECONNRESET || shorts[0].taken == -EPIPE);
  HOLDS(fan_out_send_all(fan, "x", 1, shorts) == 0);
  fan_out_destroy(fan);
  close(ends.ours);
}

int main(void) {
  start_listening();
  test_everybody_gets_everything();
  test_a_short_one_is_out();
  test_stale_ids();
  test_what_is_refused();
  test_a_dead_one_says_why();
  close(listening);
  return 0;
}
