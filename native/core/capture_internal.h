#ifndef BOARDFEED_CAPTURE_INTERNAL_H
#define BOARDFEED_CAPTURE_INTERNAL_H

#include "capture.h"
#include "pcm_device.h"
#include <pthread.h>
#include <stdatomic.h>

/** What the thread (capture_loop.c) and its owner (capture.c) share. */
struct capture {
  struct capture_options options;
  char name[256];
  pthread_t thread;

  /** An eventfd that becomes readable when the thread shall end. */
  int stop_fd;
  atomic_bool stopping;

  /** Set once, when the ring is ready. */
  struct block_ring *_Atomic ring;

  /** Written by the thread alone. */
  _Atomic uint64_t xruns, suspends, lost_in_card_frames, lost_in_ring_frames;

  /** Guards what follows; taken by the thread only when the state changes, never while it captures. */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  enum capture_state state;
  unsigned version;
  bool opened;
  struct pcm_granted granted;
  struct realtime realtime;
  struct failure end;
  /** The owner has left: the thread frees the capture. */
  bool orphaned;

  /** Held while the wake runs, so that it can be taken away; nobody else holds it while the capture is in use. */
  pthread_mutex_t wake_lock;
  capture_wake wake;
  void *wake_context;
};

/** Tells the owner that there is news. */
void capture_call_wake(struct capture *capture);

/**
 * Captures from an open device into the ring until it is asked to stop or the device is lost. Neither locks, but for
 * capture_call_wake(), nor allocates nor waits for anything but the device. Fills `end`.
 */
void capture_loop(struct capture *capture, struct pcm_device *device, struct failure *end);

#endif
