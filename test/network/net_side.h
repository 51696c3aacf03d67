#ifndef NET_SIDE_H
#define NET_SIDE_H

/* One end of the link: a network namespace of its own, with nothing in it but its loopback and a TUN device. */
struct net_side {
  int namespace_fd; /* to be entered through /proc/PID/fd */
  int tun_fd;       /* IP packets, without blocking */
};

enum { EXIT_NOT_PERMITTED = 77 };

/*
 * Moves this process into a user namespace of its own if that is what it takes to make network namespaces.
 * Returns 1 if so, 0 if it was not necessary. Ends the process with EXIT_NOT_PERMITTED where neither is permitted.
 */
int net_side_become_able(void);

/* Makes a side with the given IPv4 address, in a network of 24 bits, and leaves this process in its namespace. */
struct net_side net_side_make(const char *address);

#endif
