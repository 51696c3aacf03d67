#include "alsa_words.h"
#include "capture_internal.h"
#include "monotonic.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

enum {
  /**
   * What a device may take at least for its first period after a start. A PulseAudio sink that nobody played into
   * sleeps for up to 2 s before it notices that somebody listens.
   */
  FIRST_PERIOD_MS = 3000,
  /** Wakes without a frame that are let pass before the device is taken for one that wakes without reason. */
  EMPTY_WAKES_MAX = 3,
  /** A suspended card that asks to be resumed again gets this many chances, RESUME_PAUSE_MS apart. */
  RESUME_TRIES_MAX = 20,
  RESUME_PAUSE_MS = 50,
};

/** Where the capture stands. */
struct run {
  struct capture *capture;
  struct pcm_device *device;
  struct block_ring *ring;
  /** The block that is being filled. */
  float *samples;
  struct block_facts block;
  /** Index and capture time of the first frame after the last whole block. */
  uint64_t next_frame;
  double next_frame_ms;
  /** Frames lost since the last block that went into the ring. */
  uint64_t pending_lost;
  /** The stream was interrupted: the next position tells how much is lost. */
  bool interrupted;
  /** When the last period came; before the first, when the device was started. */
  double progress_ms;
  /** Started, and no period since. */
  bool starting;
  unsigned empty_wakes;
  unsigned recoveries_without_frames;
};

static bool stopping(const struct run *run) {
  return atomic_load_explicit(&run->capture->stopping, memory_order_relaxed);
}

/** Waits without the device; ends early when asked to stop. */
static void pause_ms(const struct run *run, double ms) {
  struct pollfd stop = {.fd = run->capture->stop_fd, .events = POLLIN};
  (void)poll(&stop, 1, ms < 1 ? 1 : (int)ms);
}

static double period_ms(const struct run *run) {
  return (double)run->device->granted.period_frames * 1e3 / run->device->granted.rate_hz;
}

/** What is left until the stall is certain, in ms. */
static double patience_ms(const struct run *run) {
  double stall_ms = run->capture->options.stall_ms;
  if (run->starting && stall_ms < FIRST_PERIOD_MS) stall_ms = FIRST_PERIOD_MS;
  return run->progress_ms + stall_ms - monotonic_ms();
}

/** Waits for frames, for the order to stop, or until the stall is certain. Returns 0 or a negative errno. */
static int wait_for_frames(struct run *run) {
  if (run->empty_wakes > EMPTY_WAKES_MAX) {
    // Ready, yet nothing to read: a broken driver or a sound server about to die. Polling it would only heat the CPU.
    pause_ms(run, period_ms(run) / 4);
    return 0;
  }
  struct pollfd fds[PCM_POLL_FDS_MAX + 1];
  int count = pcm_device_poll_fds(run->device, fds);
  if (count < 0) return count;
  fds[count] = (struct pollfd){.fd = run->capture->stop_fd, .events = POLLIN};
  double left_ms = patience_ms(run);
  int ready = poll(fds, (nfds_t)count + 1, left_ms < 0 ? 0 : (int)ceil(left_ms));
  if (ready < 0) return errno == EINTR ? 0 : -errno;
  pcm_device_polled(run->device, fds, count);
  return 0;
}

/** Takes account of what an interruption cost, now that a frame with a time follows it. */
static void count_loss(struct run *run, double first_frame_ms) {
  double lost = round((first_frame_ms - run->next_frame_ms) * run->device->granted.rate_hz / 1e3);
  run->interrupted = false;
  if (lost <= 0) // resumed without loss, or less than the clock can tell
    return;
  run->next_frame += (uint64_t)lost;
  run->pending_lost += (uint64_t)lost;
  atomic_fetch_add_explicit(&run->capture->lost_in_card_frames, (uint64_t)lost, memory_order_relaxed);
}

static void finish_block(struct run *run) {
  run->block.first_frame = run->next_frame;
  run->block.lost_frames = run->pending_lost;
  if (block_ring_push(run->ring, &run->block, run->samples)) {
    run->pending_lost = 0;
  } else {
    run->pending_lost += run->block.frames;
    atomic_fetch_add_explicit(&run->capture->lost_in_ring_frames, run->block.frames, memory_order_relaxed);
  }
  run->next_frame += run->block.frames;
  run->next_frame_ms = run->block.time_ms + run->block.frames * 1e3 / run->device->granted.rate_hz;
  run->block.frames = 0;
  run->progress_ms = monotonic_ms();
  run->starting = false;
  run->recoveries_without_frames = 0;
}

/**
 * Takes everything that waits, and hands over each period that is whole. What is left behind would keep a sound
 * server's descriptor ready, and us awake, until the period is full. Returns the number of periods or a negative errno.
 */
static int take_periods(struct run *run) {
  snd_pcm_uframes_t period = run->device->granted.period_frames;
  double first_frame_ms;
  snd_pcm_sframes_t waiting = pcm_device_position(run->device, &first_frame_ms);
  if (waiting < 0) return (int)waiting;
  int periods = 0;
  while (waiting > 0) {
    if (run->block.frames == 0) {
      if (run->interrupted) count_loss(run, first_frame_ms);
      run->block.time_ms = first_frame_ms;
    }
    snd_pcm_uframes_t room = period - run->block.frames;
    snd_pcm_sframes_t count =
        pcm_device_read(run->device, run->samples + run->block.frames * run->device->channel_count,
                        (snd_pcm_uframes_t)waiting < room ? (snd_pcm_uframes_t)waiting : room);
    if (count < 0) return (int)count;
    if (count == 0) break;
    run->empty_wakes = 0;
    waiting -= count;
    first_frame_ms += (double)count * 1e3 / run->device->granted.rate_hz;
    run->block.frames += (uint32_t)count;
    if (run->block.frames == period) {
      finish_block(run);
      periods++;
    }
  }
  return periods;
}

static int resume(struct run *run) {
  int code = -EAGAIN;
  for (int i = 0; i < RESUME_TRIES_MAX && code == -EAGAIN && !stopping(run); i++) {
    code = pcm_device_resume(run->device);
    if (code == -EAGAIN) pause_ms(run, RESUME_PAUSE_MS);
  }
  return code < 0 && !stopping(run) ? pcm_device_start(run->device) : 0;
}

/** Takes the stream up again after an overrun or a suspend. Returns 0, or a negative errno when that cannot be. */
static int recover(struct run *run, int code) {
  // What is in a half-filled block is lost with the rest: its time was not advanced, so count_loss() includes it.
  run->block.frames = 0;
  run->interrupted = true;
  run->starting = true;
  // The first time at once; a device that never delivers in between is given time.
  if (run->recoveries_without_frames++ > 0) pause_ms(run, period_ms(run));
  if (code == -EPIPE) {
    atomic_fetch_add_explicit(&run->capture->xruns, 1, memory_order_relaxed);
    return pcm_device_start(run->device);
  }
  atomic_fetch_add_explicit(&run->capture->suspends, 1, memory_order_relaxed);
  return resume(run);
}

/** One turn. Returns 0, or a negative errno that ends the capture. */
static int turn(struct run *run) {
  int code = wait_for_frames(run);
  if (code < 0 || stopping(run)) return code;
  run->empty_wakes++;
  int periods = take_periods(run);
  if (periods > 0) {
    capture_call_wake(run->capture);
  } else if (periods == -EPIPE || periods == -ESTRPIPE) {
    return recover(run, periods);
  } else if (periods < 0) {
    return periods;
  }
  return 0;
}

void capture_loop(struct capture *capture, struct pcm_device *device, struct failure *end) {
  struct alsa_words words;
  alsa_words_listen(&words);
  double now_ms = monotonic_ms();
  struct run run = {
      .capture = capture,
      .device = device,
      .ring = capture_ring(capture),
      .samples = calloc(device->granted.period_frames * device->channel_count, sizeof(float)),
      .next_frame_ms = now_ms,
      .progress_ms = now_ms,
      .starting = true,
  };
  int code = run.samples ? 0 : -ENOMEM;
  bool stalled = false;
  while (code == 0 && !stalled && !stopping(&run)) {
    code = turn(&run);
    stalled = patience_ms(&run) <= 0;
  }
  free(run.samples);
  alsa_words_listen(NULL);
  if (code < 0)
    failure_set(end, cause_of_running_error(code), code, "%s: capture", capture->name);
  else if (stalled)
    failure_set(end, END_STALLED, 0, "%s: capture: no period for %.0f ms", capture->name,
                monotonic_ms() - run.progress_ms);
  failure_append(end, words.first);
}
