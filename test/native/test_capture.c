/* The capture over the scripted card of cards.conf: one function for each thing that can happen to it. */
#include "../../native/core/capture.h"

#include "../../native/core/monotonic.h"
#include "check.h"
#include <errno.h>
#include <math.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>

/** No wait of these tests lasts longer. */
static const double PATIENCE_MS = 20000;

static struct capture_options options_for(const char *device) {
  return (struct capture_options){
      .asked =
          {.name = device, .rate_hz = 48000, .channels = {1, 2}, .channel_count = 2, .period_ms = 10, .buffer_ms = 200},
      .stall_ms = 500,
      .ring_ms = 1000,
  };
}

static void on_wake(void *context) {
  sem_post(context);
}

/** What reading a capture to its end gave. */
struct result {
  struct capture_status status;
  unsigned blocks;
  uint64_t lost_told;
  /** Furthest that a block's index was from its true place on the card's time line. */
  uint64_t worst_frames;
};

static uint64_t counter_frame(float sample) {
  return (uint64_t)lround((sample + 1) * 0x1p23) / 16;
}

static void check_block(const struct block_facts *facts, const float *samples, struct result *result) {
  uint64_t first = counter_frame(samples[0]);
  for (uint32_t i = 0; i < facts->frames; i++)
    CHECK(counter_frame(samples[2 * i]) == first + i, "a hole within a block, at frame %llu + %u",
          (unsigned long long)first, i);
  uint64_t off = first > facts->first_frame ? first - facts->first_frame : facts->first_frame - first;
  if (off > result->worst_frames) result->worst_frames = off;
  result->lost_told += facts->lost_frames;
  result->blocks++;
}

/** Reads until the capture ends or has given `enough` blocks, and releases it. */
static struct result run(const struct capture_options *options, unsigned enough) {
  struct result result = {0};
  float samples[48000];
  struct block_facts facts;
  sem_t news;
  sem_init(&news, 0, 0);
  struct capture *capture = capture_start(options, on_wake, &news);
  CHECK(capture, "start");
  double until_ms = monotonic_ms() + PATIENCE_MS;
  uint64_t next = 0;
  do {
    CHECK(monotonic_ms() < until_ms, "%s: neither ended nor gave %u blocks", options->asked.name, enough);
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += (time_t)(PATIENCE_MS / 1e3);
    CHECK(sem_timedwait(&news, &deadline) == 0, "no wake");
    capture_read_status(capture, &result.status);
    struct block_ring *ring = capture_ring(capture);
    while (ring && block_ring_pop(ring, &facts, samples)) {
      CHECK(facts.first_frame == next + facts.lost_frames, "block at %llu, expected %llu + %llu lost",
            (unsigned long long)facts.first_frame, (unsigned long long)next, (unsigned long long)facts.lost_frames);
      next = facts.first_frame + facts.frames;
      check_block(&facts, samples, &result);
    }
  } while (result.status.state != CAPTURE_ENDED && result.blocks < enough);
  CHECK(capture_release(capture, PATIENCE_MS), "the thread ends");
  sem_destroy(&news);
  return result;
}

static void ends_with(const char *device, enum end_cause cause, int error, const char *words) {
  struct capture_options options = options_for(device);
  struct result result = run(&options, ~0u);
  const struct failure *end = &result.status.end;
  CHECK(end->cause == cause && end->error == error, "%s: %s, errno %d: %s", device, end_cause_name(end->cause),
        end->error, end->message);
  CHECK(strstr(end->message, words), "%s: \"%s\" does not say \"%s\"", device, end->message, words);
}

/** Whether the end of a stalled capture tells of a wait that was shorter than what the first period is given. */
static bool stalled_soon(const char *device) {
  struct capture_options options = options_for(device);
  struct result result = run(&options, ~0u);
  const char *number = strstr(result.status.end.message, "no period for ");
  CHECK(result.status.end.cause == END_STALLED && number, "%s: %s", device, result.status.end.message);
  return strtod(number + strlen("no period for "), NULL) < 3000;
}

static void delivers(const char *device) {
  struct capture_options options = options_for(device);
  struct result result = run(&options, 20);
  CHECK(result.blocks >= 20 && result.worst_frames == 0 && result.lost_told == 0, "%s: %u blocks, %s", device,
        result.blocks, result.status.end.message);
}

/** The card was away for 200 ms, which is 9600 frames; the clock tells how many were lost to within the scheduler's
 * mood. */
static void recovers(const char *device, uint64_t xruns, uint64_t suspends) {
  struct capture_options options = options_for(device);
  struct result result = run(&options, 40);
  CHECK(result.status.xruns == xruns && result.status.suspends == suspends, "%s: %llu xruns, %llu suspends", device,
        (unsigned long long)result.status.xruns, (unsigned long long)result.status.suspends);
  CHECK(result.lost_told >= 9000 && result.lost_told == result.status.lost_in_card_frames, "%s: %llu lost", device,
        (unsigned long long)result.lost_told);
  CHECK(result.worst_frames < 4800, "%s: index is off by %llu frames", device, (unsigned long long)result.worst_frames);
}

static void ring_that_nobody_reads_loses_the_newest(void) {
  struct capture_options options = options_for("card");
  options.ring_ms = 40;
  struct capture *capture = capture_start(&options, NULL, NULL);
  struct capture_status status;
  double until_ms = monotonic_ms() + PATIENCE_MS;
  do {
    CHECK(monotonic_ms() < until_ms, "nothing was lost");
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    capture_read_status(capture, &status);
  } while (status.lost_in_ring_frames < 4800);
  float samples[960];
  struct block_facts facts;
  struct block_ring *ring = capture_ring(capture);
  for (uint64_t i = 0; i < 4; i++)
    CHECK(block_ring_pop(ring, &facts, samples) && facts.first_frame == 480 * i && facts.lost_frames == 0,
          "oldest kept");
  while (!block_ring_pop(ring, &facts, samples)) {
    CHECK(monotonic_ms() < until_ms, "it goes on");
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  CHECK(facts.lost_frames >= 4800 && facts.first_frame == 1920 + facts.lost_frames, "lost %llu before frame %llu",
        (unsigned long long)facts.lost_frames, (unsigned long long)facts.first_frame);
  CHECK(capture_release(capture, PATIENCE_MS), "the thread ends");
}

/** Closed at once, while opening, and while it runs; and left behind while it hangs. */
static void ends_when_asked(void) {
  const struct timespec moments[] = {{0}, {.tv_nsec = 100000000}};
  const char *const devices[] = {"card", "slow"};
  for (int i = 0; i < 4; i++) {
    struct capture_options options = options_for(devices[i / 2]);
    struct capture *capture = capture_start(&options, NULL, NULL);
    nanosleep(&moments[i % 2], NULL);
    capture_ask_stop(capture);
    CHECK(capture_release(capture, PATIENCE_MS), "the thread ends");
  }
}

static void is_left_behind_when_it_hangs(void) {
  struct capture_options options = options_for("card:FAULTS='hang@480+1500'");
  sem_t news;
  sem_init(&news, 0, 0);
  struct capture *capture = capture_start(&options, on_wake, &news);
  double until_ms = monotonic_ms() + PATIENCE_MS;
  struct capture_status status;
  do {
    CHECK(monotonic_ms() < until_ms, "it opens");
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    capture_read_status(capture, &status);
  } while (status.state == CAPTURE_OPENING);
  nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
  capture_disable_wake(capture);
  sem_destroy(&news);
  CHECK(!capture_release(capture, 100), "it hangs");
  // Long enough for the orphan to come back and free itself, which the sanitizers watch.
  nanosleep(&(struct timespec){.tv_sec = 2}, NULL);
}

/** A device whose poll is always ready must not cost a core: compare the thread's CPU time with the time that passed.
 */
static void does_not_spin(void) {
  struct timespec cpu[2];
  double began_ms = monotonic_ms();
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu[0]);
  struct capture_options options = options_for("card:FAULTS='empty@4800'");
  options.stall_ms = 2000;
  struct result result = run(&options, ~0u);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu[1]);
  CHECK(result.status.end.cause == END_STALLED, "%s", result.status.end.message);
  double used_ms = timespec_ms(cpu[1]) - timespec_ms(cpu[0]);
  CHECK(used_ms < (monotonic_ms() - began_ms) / 4, "used %.0f ms of CPU", used_ms);
}

int main(void) {
  delivers("card");
  delivers("card:ACCESSES='mmap_planar'");
  delivers("card:ACCESSES='readi'");
  delivers("unmappable");
  recovers("card:FAULTS='xrun@4800+200'", 1, 0);
  recovers("card:ACCESSES='readi',FAULTS='xrun@4800+200'", 1, 0);
  recovers("card:FAULTS='suspend@4800+200'", 0, 1);
  recovers("card:FAULTS='suspend_dead@4800+200'", 0, 1);
  recovers("card:FAULTS='suspend@4800+200 xrun@19200'", 1, 1);
  ends_with("card:FAULTS='unplug@4800'", END_UNPLUGGED, ENODEV, "capture: No such device");
  ends_with("card:ACCESSES='readi',FAULTS='unplug@4800'", END_UNPLUGGED, ENODEV, "capture: No such device");
  CHECK(stalled_soon("card:FAULTS='stall@4800'"), "500 ms are enough for a card that ran");
  CHECK(!stalled_soon("card:FAULTS='stall@0'"), "a card may take longer for its first period");
  CHECK(!stalled_soon("card:FAULTS='xrun@0 xrun@0 xrun@0 stall@0'"), "overruns are no first period");
  ends_with("busy", END_BUSY, EBUSY, "open: Device or resource busy");
  ends_with("no such name", END_ABSENT, ENOENT, "Unknown PCM");
  ends_with("hw:CARD=NOSUCHCARD", END_ABSENT, ENODEV, "NOSUCHCARD");
  ends_with("refused_connection", END_ABSENT, ECONNREFUSED, "Connection refused");
  ends_with("card:FORMATS='U8'", END_REFUSED, EINVAL, "sample format");
  struct capture_options far = options_for("card");
  far.asked.channels[0] = 3;
  CHECK(run(&far, ~0u).status.end.cause == END_REFUSED, "channel 3 of 2");
  ring_that_nobody_reads_loses_the_newest();
  ends_when_asked();
  is_left_behind_when_it_hangs();
  does_not_spin();
  return 0;
}
