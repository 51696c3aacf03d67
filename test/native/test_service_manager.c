/* Messages to the service manager: a datagram socket of this program plays the manager. */
#include "../../native/core/service_manager.h"

#include "check.h"
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/** A manager at an address of its own; `length` is that of the name without its NUL. */
static int listen_at(const char *name, size_t length) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  memcpy(at.sun_path, name, length);
  if (name[0] == '@') at.sun_path[0] = 0;
  int manager = socket(AF_UNIX, SOCK_DGRAM, 0);
  socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (name[0] == '/'));
  CHECK(manager >= 0 && bind(manager, (struct sockaddr *)&at, bytes) == 0, "%s: errno %d", name, errno);
  return manager;
}

static void arrives_whole(const char *name) {
  static const char message[] = "READY=1\nSTATUS=on air";
  char got[256];
  int manager = listen_at(name, strlen(name));
  CHECK(service_manager_tell(name, message, strlen(message)) == 0, "%s", name);
  ssize_t bytes = recv(manager, got, sizeof got, MSG_DONTWAIT);
  CHECK(bytes == (ssize_t)strlen(message) && memcmp(got, message, (size_t)bytes) == 0, "%s: %zd bytes", name, bytes);
  close(manager);
}

static void refuses_what_is_no_address(void) {
  char name[200];
  CHECK(service_manager_tell("", "x", 1) == -EAFNOSUPPORT, "nothing");
  CHECK(service_manager_tell("/", "x", 1) == -EAFNOSUPPORT, "a path without a name");
  CHECK(service_manager_tell("vsock:2:1", "x", 1) == -EAFNOSUPPORT, "another family");
  memset(name, 'a', sizeof name);
  name[199] = 0;
  name[0] = '/';
  CHECK(service_manager_tell(name, "x", 1) == -ENAMETOOLONG, "a long path");
  name[0] = '@';
  CHECK(service_manager_tell(name, "x", 1) == -ENAMETOOLONG, "a long name");
  CHECK(service_manager_tell("/nonexistent/manager", "x", 1) == -ENOENT, "nobody there");
  CHECK(service_manager_tell("@boardfeed-test-nobody", "x", 1) == -ECONNREFUSED, "no such name");
}

/** The longest names that there are. */
static void fills_the_address(const char *folder) {
  char name[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
  int length = snprintf(name, sizeof name, "@boardfeed-test-%ld-", (long)getpid());
  memset(name + length, 'x', sizeof name - (size_t)length);
  name[sizeof name - 1] = 0;
  arrives_whole(name);
  length = snprintf(name, sizeof name, "%s/", folder);
  memset(name + length, 'x', sizeof name - (size_t)length);
  name[sizeof name - 2] = 0;
  arrives_whole(name);
  unlink(name);
}

/** A manager that reads nothing costs no waiting; what it has taken it gets. */
static void never_waits(const char *folder) {
  char name[100], got[16];
  snprintf(name, sizeof name, "%s/full", folder);
  int manager = listen_at(name, strlen(name));
  int sent = 0, code = 0;
  while (sent < 100000 && (code = service_manager_tell(name, "WATCHDOG=1", 10)) == 0)
    sent++;
  CHECK(code == -EAGAIN && sent > 0, "%d after %d messages", code, sent);
  while (recv(manager, got, sizeof got, MSG_DONTWAIT) == 10)
    sent--;
  CHECK(sent == 0, "%d lost", sent);
  CHECK(service_manager_tell(name, "WATCHDOG=1", 10) == 0, "there is room again");
  close(manager);
  CHECK(service_manager_tell(name, "WATCHDOG=1", 10) == -ECONNREFUSED, "it has gone");
  unlink(name);
}

int main(int count, char **arguments) {
  CHECK(count == 2, "usage: %s FOLDER", arguments[0]);
  const char *folder = arguments[1];
  char name[100];
  snprintf(name, sizeof name, "%s/manager", folder);
  arrives_whole(name);
  unlink(name);
  snprintf(name, sizeof name, "@boardfeed-test-%ld", (long)getpid());
  arrives_whole(name);
  int before = dup(0);
  close(before);
  refuses_what_is_no_address();
  fills_the_address(folder);
  never_waits(folder);
  int after = dup(0);
  CHECK(after == before, "a descriptor was left open");
  return 0;
}
