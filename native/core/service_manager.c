#include "service_manager.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int service_manager_tell(const char *address, const char *message, size_t bytes) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  size_t length = strlen(address);
  if (length < 2 || (address[0] != '/' && address[0] != '@')) return -EAFNOSUPPORT;
  // An abstract name may fill all of it; a path needs its NUL (unix(7)).
  if (length > sizeof to.sun_path - (address[0] == '/')) return -ENAMETOOLONG;
  memcpy(to.sun_path, address, length);
  if (address[0] == '@') to.sun_path[0] = 0;
  socklen_t to_bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (address[0] == '/'));
  // A socket for each message: they are seldom, and a manager that was started anew is found again.
  int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -errno;
  ssize_t sent =
      sendto(descriptor, message, bytes, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&to, to_bytes);
  int code = sent < 0 ? -errno : 0;
  close(descriptor);
  return code;
}
