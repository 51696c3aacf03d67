#include "alsa_words.h"
#include "capture_internal.h"
#include "monotonic.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

void capture_call_wake(struct capture *capture) {
  pthread_mutex_lock(&capture->wake_lock);
  if (capture->wake) capture->wake(capture->wake_context);
  pthread_mutex_unlock(&capture->wake_lock);
}

static void destroy(struct capture *capture) {
  block_ring_destroy(atomic_load(&capture->ring));
  if (capture->stop_fd >= 0) close(capture->stop_fd);
  pthread_cond_destroy(&capture->changed);
  pthread_mutex_destroy(&capture->lock);
  pthread_mutex_destroy(&capture->wake_lock);
  free(capture);
}

static bool make_ring(struct capture *capture, const struct pcm_granted *granted) {
  double periods = capture->options.ring_ms * granted->rate_hz / 1e3 / (double)granted->period_frames;
  struct block_ring *ring =
      block_ring_create((size_t)ceil(periods), (uint32_t)granted->period_frames, capture->options.asked.channel_count);
  atomic_store(&capture->ring, ring);
  return ring != NULL;
}

/** Opens and starts; on failure `end` says why. */
static bool bring_up(struct capture *capture, struct pcm_device *device, struct failure *end) {
  struct alsa_words words;
  alsa_words_listen(&words);
  int code = pcm_device_open(device, &capture->options.asked, end);
  if (code >= 0 && !make_ring(capture, &device->granted))
    code = failure_set(end, END_FAILED, -ENOMEM, "memory for the ring");
  if (code >= 0 && (code = pcm_device_start(device)) < 0) {
    enum end_cause cause = cause_of_open_error(code);
    failure_set(end, cause, code, "%s: start", capture->name);
  }
  alsa_words_listen(NULL);
  if (code < 0) failure_append(end, words.first);
  return code >= 0;
}

static void publish_running(struct capture *capture, const struct pcm_device *device, struct realtime realtime) {
  pthread_mutex_lock(&capture->lock);
  capture->state = CAPTURE_RUNNING;
  capture->opened = true;
  capture->granted = device->granted;
  capture->realtime = realtime;
  capture->version++;
  pthread_mutex_unlock(&capture->lock);
  capture_call_wake(capture);
}

/** Tells the end. Returns whether the owner has left, so that the capture is ours to free. */
static bool publish_end(struct capture *capture, const struct failure *end) {
  pthread_mutex_lock(&capture->lock);
  capture->state = CAPTURE_ENDED;
  capture->end = *end;
  capture->version++;
  bool orphaned = capture->orphaned;
  pthread_cond_signal(&capture->changed);
  pthread_mutex_unlock(&capture->lock);
  return orphaned;
}

static void *capture_main(void *argument) {
  struct capture *capture = argument;
  struct pcm_device device = {0};
  struct failure end = {0};
  if (bring_up(capture, &device, &end)) {
    // Both now and not before: threads that opening has started, such as a sound server's, would inherit them.
    pthread_setname_np(pthread_self(), "capture");
    publish_running(capture, &device, realtime_ask());
    capture_loop(capture, &device, &end);
  }
  // Closed before the end is told, so that who opens the device again does not find it busy.
  pcm_device_close(&device);
  if (atomic_load(&capture->stopping)) failure_set(&end, END_CLOSED, 0, "closed");
  bool orphaned = publish_end(capture, &end);
  // The owner that learns of the end may release at once; joining this thread keeps the capture until it is through
  // here.
  capture_call_wake(capture);
  if (orphaned) destroy(capture);
  return NULL;
}

struct capture *capture_start(const struct capture_options *options, capture_wake wake, void *context) {
  struct capture *capture = calloc(1, sizeof *capture);
  if (!capture) return NULL;
  capture->options = *options;
  snprintf(capture->name, sizeof capture->name, "%s", options->asked.name);
  capture->options.asked.name = capture->name;
  snprintf(capture->realtime.message, sizeof capture->realtime.message, "not asked for yet");
  capture->wake = wake;
  capture->wake_context = context;
  pthread_mutex_init(&capture->lock, NULL);
  pthread_mutex_init(&capture->wake_lock, NULL);
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&capture->changed, &attributes);
  pthread_condattr_destroy(&attributes);
  capture->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  int error = capture->stop_fd < 0 ? errno : pthread_create(&capture->thread, NULL, capture_main, capture);
  if (error) {
    destroy(capture);
    errno = error;
    return NULL;
  }
  return capture;
}

struct block_ring *capture_ring(struct capture *capture) {
  return atomic_load_explicit(&capture->ring, memory_order_acquire);
}

void capture_read_status(struct capture *capture, struct capture_status *status) {
  pthread_mutex_lock(&capture->lock);
  status->state = capture->state;
  status->version = capture->version;
  status->opened = capture->opened;
  status->granted = capture->granted;
  status->realtime = capture->realtime;
  status->end = capture->end;
  pthread_mutex_unlock(&capture->lock);
  status->channels = capture->options.asked.channel_count;
  status->xruns = atomic_load(&capture->xruns);
  status->suspends = atomic_load(&capture->suspends);
  status->lost_in_card_frames = atomic_load(&capture->lost_in_card_frames);
  status->lost_in_ring_frames = atomic_load(&capture->lost_in_ring_frames);
}

void capture_ask_stop(struct capture *capture) {
  atomic_store(&capture->stopping, true);
  uint64_t one = 1;
  // Can only fail when the counter is full, and then it is readable anyway.
  (void)!write(capture->stop_fd, &one, sizeof one);
}

void capture_disable_wake(struct capture *capture) {
  pthread_mutex_lock(&capture->wake_lock);
  capture->wake = NULL;
  pthread_mutex_unlock(&capture->wake_lock);
}

bool capture_finished(struct capture *capture) {
  pthread_mutex_lock(&capture->lock);
  bool finished = capture->state == CAPTURE_ENDED;
  pthread_mutex_unlock(&capture->lock);
  return finished;
}

bool capture_release(struct capture *capture, double wait_ms) {
  capture_ask_stop(capture);
  double until_ms = monotonic_ms() + wait_ms;
  struct timespec until = {.tv_sec = (time_t)(until_ms / 1e3), .tv_nsec = (long)(fmod(until_ms, 1e3) * 1e6)};
  pthread_mutex_lock(&capture->lock);
  while (capture->state != CAPTURE_ENDED &&
         pthread_cond_timedwait(&capture->changed, &capture->lock, &until) != ETIMEDOUT)
    ;
  bool finished = capture->state == CAPTURE_ENDED;
  if (!finished) {
    capture->orphaned = true;
    pthread_detach(capture->thread);
  }
  pthread_mutex_unlock(&capture->lock);
  if (finished) {
    pthread_join(capture->thread, NULL);
    destroy(capture);
  }
  return finished;
}
