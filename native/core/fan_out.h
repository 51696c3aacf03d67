#ifndef BOARDFEED_FAN_OUT_H
#define BOARDFEED_FAN_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * TCP connections that all get the same bytes, at the cost of the send() calls alone. Never waits.
 *
 * Every connection in it is a duplicate (dup) of its own: whoever closes his descriptor of the same connection, and
 * whatever connection the kernel gives that number to next, this one still means the first. The connection therefore
 * ends for the peer only when it is removed from here as well. For one thread.
 */
struct fan_out;

/** What is set on every connection. */
struct fan_out_options {
  /** TCP_NOTSENT_LOWAT: the kernel takes no more while so many bytes lie there that were not even sent. */
  unsigned unsent_bytes;
  /** TCP_USER_TIMEOUT: a peer that acknowledges nothing for so long is dead, in ms. */
  unsigned dead_after_ms;
};

/** A connection to which send_all() could not give everything. */
struct fan_out_short {
  /** Which. */
  int32_t id;
  /** Bytes that it took; or a negative errno. */
  int32_t taken;
};

/** What the kernel knows of a connection (tcp(7), linux/tcp.h: struct tcp_info). */
struct fan_out_truth {
  /** Bytes acknowledged since the connection was added; negative while earlier ones are under way. */
  double acked_bytes;
  /** How much more the peer is willing to take, bytes. */
  double window_bytes;
  /** The peer moves the end of its window in steps that may be as large, bytes. */
  double window_step_bytes;
  /** Bytes that lie in the kernel and were not sent. */
  double unsent_bytes;
  /** Bytes that were sent and not acknowledged. */
  double unacked_bytes;
  /** Segments sent again since the connection was made. */
  double retransmits;
  /** Segments that the peer has although one before them is missing. */
  double beyond_gap;
  /** Smoothed round-trip time, ms. */
  double rtt_ms;
  /** Time since the last acknowledgement came, ms. */
  double since_ack_ms;
};

/** NULL when there is no memory. */
struct fan_out *fan_out_create(const struct fan_out_options *options);

/** Closes every duplicate. */
void fan_out_destroy(struct fan_out *fan);

/**
 * Takes a duplicate of a connected TCP socket, which nobody else may write to from here on. Returns its id, or a
 * negative errno: -EPROTONOSUPPORT when it is no TCP socket. At first it is not part of send_all().
 */
int32_t fan_out_add(struct fan_out *fan, int descriptor);

/** Makes a connection part of send_all(). An unknown id: -EBADF. */
int32_t fan_out_join(struct fan_out *fan, int32_t id);

/** How many connections there are; as long must be the array for send_all(). */
size_t fan_out_count(const struct fan_out *fan);

/**
 * Gives the same bytes to every connection that has joined. One that did not take all, or failed, is written into
 * `shorts` and is no longer joined, so that nothing can follow a torn chunk. Returns how many those are.
 */
size_t fan_out_send_all(struct fan_out *fan, const void *data, size_t bytes, struct fan_out_short *shorts);

/** Gives bytes to one that has not joined. Returns how many it took, or a negative errno (-EBADF: unknown id). */
int32_t fan_out_send(struct fan_out *fan, int32_t id, const void *data, size_t bytes);

/** Asks the kernel. Returns 0 or a negative errno. */
int32_t fan_out_truth(const struct fan_out *fan, int32_t id, struct fan_out_truth *truth);

/** Closes the duplicate. An unknown id: -EBADF. */
int32_t fan_out_remove(struct fan_out *fan, int32_t id);

#endif
