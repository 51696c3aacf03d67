#ifndef BOARDFEED_CAPTURE_H
#define BOARDFEED_CAPTURE_H

#include "block_ring.h"
#include "failure.h"
#include "pcm_params.h"
#include "realtime.h"
#include <stdbool.h>
#include <stdint.h>

/**
 * A running capture: a thread that does all that concerns ALSA, a ring of blocks from it to its owner, and a status.
 *
 * All functions but the wake belong to one owner thread. None of them waits, except capture_release() for as long as it
 * is told.
 */
struct capture;

/** Called on the capture thread when a block was put into the ring or the status changed. Must not wait. */
typedef void (*capture_wake)(void *context);

struct capture_options {
  struct pcm_asked asked;
  /** No period for this long ends the capture. */
  double stall_ms;
  /** How much the ring holds. */
  double ring_ms;
};

enum capture_state {
  CAPTURE_OPENING,
  CAPTURE_RUNNING,
  CAPTURE_ENDED,
};

/** A snapshot. */
struct capture_status {
  enum capture_state state;
  /** Whether `granted` is set: the device was opened. */
  bool opened;
  struct pcm_granted granted;
  unsigned channels;
  struct realtime realtime;
  /** Set when the state is CAPTURE_ENDED. */
  struct failure end;
  uint64_t xruns;
  uint64_t suspends;
  uint64_t lost_in_card_frames;
  uint64_t lost_in_ring_frames;
  /** Grows with each change of state. */
  unsigned version;
};

/** Starts the thread; the options are copied. NULL with errno set when there are no resources for it. */
struct capture *capture_start(const struct capture_options *options, capture_wake wake, void *context);

/** The blocks, once the device is open; NULL before. Its reading side belongs to the owner. */
struct block_ring *capture_ring(struct capture *capture);

void capture_read_status(struct capture *capture, struct capture_status *status);

/** Asks the thread to end, and returns at once. */
void capture_ask_stop(struct capture *capture);

/** After this returns, the wake is not called and does not run any more. */
void capture_disable_wake(struct capture *capture);

/** Whether the thread has ended, so that capture_release() will not wait. */
bool capture_finished(struct capture *capture);

/**
 * Asks the thread to end, waits for it at most `wait_ms`, and gives the capture up. A thread that hangs in a driver is
 * left behind: it frees what it uses when it ever returns. The wake must be disabled, or its context outlive the
 * process. Returns whether the thread has ended.
 */
bool capture_release(struct capture *capture, double wait_ms);

#endif
