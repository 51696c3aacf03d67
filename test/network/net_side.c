#include "net_side.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void give_up(int exit_code, const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(exit_code);
}

static void must(int answer, const char *what) {
  if (answer < 0) give_up(1, what);
}

static void write_file(const char *path, const char *format, ...) {
  va_list values;
  va_start(values, format);
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  must(fd, path);
  must(vdprintf(fd, format, values), path);
  close(fd);
  va_end(values);
}

int net_side_become_able(void) {
  const unsigned user = geteuid();
  const unsigned group = getegid();
  if (unshare(CLONE_NEWNET) == 0) return 0;
  if (errno != EPERM || unshare(CLONE_NEWUSER) != 0 || unshare(CLONE_NEWNET) != 0)
    give_up(EXIT_NOT_PERMITTED, "no network namespace can be made here");
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", "0 %u 1", user);
  write_file("/proc/self/gid_map", "0 %u 1", group);
  return 1;
}

static void set_address(int control, struct ifreq *device, unsigned long request, const char *address) {
  struct sockaddr_in ip = {.sin_family = AF_INET};
  inet_pton(AF_INET, address, &ip.sin_addr);
  memcpy(&device->ifr_addr, &ip, sizeof ip);
  must(ioctl(control, request, device), address);
}

static void bring_up(int control, struct ifreq *device) {
  must(ioctl(control, SIOCGIFFLAGS, device), device->ifr_name);
  device->ifr_flags |= IFF_UP;
  must(ioctl(control, SIOCSIFFLAGS, device), device->ifr_name);
}

struct net_side net_side_make(const char *address) {
  struct net_side side;
  must(unshare(CLONE_NEWNET), "unshare");
  side.namespace_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  must(side.namespace_fd, "/proc/self/ns/net");

  // A TUN device belongs to the namespace in which it is opened, whoever reads it later.
  side.tun_fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  struct ifreq device = {.ifr_name = "link0", .ifr_flags = IFF_TUN | IFF_NO_PI};
  if (side.tun_fd < 0 || ioctl(side.tun_fd, TUNSETIFF, &device) < 0)
    give_up(EXIT_NOT_PERMITTED, "no device can be made with /dev/net/tun");

  const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  must(control, "socket");
  struct ifreq loopback = {.ifr_name = "lo"};
  bring_up(control, &loopback);
  set_address(control, &device, SIOCSIFADDR, address);
  set_address(control, &device, SIOCSIFNETMASK, "255.255.255.0");
  bring_up(control, &device);
  close(control);
  return side;
}
