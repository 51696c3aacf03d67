/*
 * A sound card made for tests: an ALSA plugin that runs in real time, delivers a pattern from which each sample's place
 * can be told, and fails as its script says. In an ALSA configuration:
 *
 *   pcm_type.scripted { lib "/path/to/libasound_module_pcm_scripted.so" }
 *   pcm.card {
 *     type scripted
 *     formats "S32_LE S16_LE"       # what it offers; default: all that Boardfeed reads
 *     rates "44100 48000"           # default 44100 48000 96000
 *     channels "2"                  # default 2
 *     accesses "mmap"               # of mmap, mmap_planar, readi; default all
 *     signal "counter"              # or zeros
 *     open_error 16                 # errno of open
 *     open_delay_ms 300
 *     mmap_error 38                 # errno of hw_params when mmap is asked
 *     faults "xrun@4800+200 stall@48000"   # each at a frame of the card's time line
 *   }
 *
 * Faults: xrun@F+MS and suspend@F+MS (the card is away for that long), suspend_dead@F+MS (cannot be resumed, must be
 * started anew), unplug@F, stall@F (no more periods), empty@F (none either, but its poll keeps saying ready), hang@F+MS
 * (a call that does not return).
 *
 * The counter: channel c of frame n is (16 n + c), cut to the bits of the format (24 for S32 and float) and centred on
 * 0.
 */
#include "card_script.h"
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <alsa/pcm_ioplug.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

struct card {
  snd_pcm_ioplug_t io;
  struct script script;
  /** The next fault that will happen. */
  unsigned fault_next;
  /** The card's time line begins with its first start. */
  double epoch_s;
  /** When the present run of the stream began, in frames of the time line and in s. */
  uint64_t base_frame;
  double start_s;
  /** Frames of the stream from `jump_at` on are `jump_by` later on the time line: it was suspended in between. */
  uint64_t jump_at, jump_by;
  /** The stream does not advance beyond this. */
  uint64_t frozen_at;
  int frozen;
  int ready_without_reason;
  double away_until_s;
};

static double now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void sleep_s(double s) {
  if (s <= 0) return;
  struct timespec time = {.tv_sec = (time_t)s, .tv_nsec = (long)((s - (double)(time_t)s) * 1e9)};
  nanosleep(&time, NULL);
}

static void set_timer(struct card *card, int running) {
  double period_s = (double)card->io.period_size / card->io.rate;
  struct itimerspec timer = {0};
  if (running) {
    timer.it_interval.tv_nsec = (long)(period_s * 1e9) % 1000000000;
    timer.it_interval.tv_sec = (time_t)period_s;
    timer.it_value = timer.it_interval;
  }
  timerfd_settime(card->io.poll_fd, 0, &timer, NULL);
}

static int on_start(snd_pcm_ioplug_t *io) {
  struct card *card = io->private_data;
  card->start_s = now_s();
  if (card->epoch_s == 0) card->epoch_s = card->start_s;
  card->base_frame = (uint64_t)((card->start_s - card->epoch_s) * io->rate + 0.5);
  card->jump_by = 0;
  card->frozen = 0;
  set_timer(card, 1);
  return 0;
}

static int on_stop(snd_pcm_ioplug_t *io) {
  set_timer(io->private_data, 0);
  return 0;
}

static int on_prepare(snd_pcm_ioplug_t *io) {
  struct card *card = io->private_data;
  sleep_s(card->away_until_s - now_s());
  return 0;
}

static int on_resume(snd_pcm_ioplug_t *io) {
  struct card *card = io->private_data;
  if (now_s() < card->away_until_s) return -EAGAIN;
  if (strcmp(card->script.faults[card->fault_next - 1].kind, "suspend_dead") == 0) return -ENOSYS;
  // The stream goes on where it was; the time line has not waited.
  uint64_t stream_now = (uint64_t)((now_s() - card->start_s) * io->rate);
  card->jump_at = card->frozen_at;
  card->jump_by += stream_now - card->frozen_at - card->jump_by;
  card->frozen = 0;
  set_timer(card, 1);
  snd_pcm_ioplug_set_state(io, SND_PCM_STATE_RUNNING);
  return 0;
}

/** Position in the stream, without the time in which it was suspended. */
static uint64_t stream_position(const struct card *card) {
  if (card->frozen) return card->frozen_at;
  return (uint64_t)((now_s() - card->start_s) * card->io.rate) - card->jump_by;
}

static void freeze(struct card *card, uint64_t position) {
  card->frozen = 1;
  card->frozen_at = position;
}

/** Lets the fault happen. Returns a negative errno when the position cannot be told any more. */
static int strike(struct card *card, const struct fault *fault, uint64_t position) {
  card->away_until_s = now_s() + fault->ms / 1e3;
  // A card that delivers no more delivers what came before the fault, and not what came until somebody looked.
  uint64_t passed = card->base_frame + card->jump_by;
  uint64_t exact = fault->frame > passed ? fault->frame - passed : 0;
  if (strcmp(fault->kind, "xrun") == 0) return -EPIPE;
  if (strncmp(fault->kind, "suspend", 7) == 0) {
    freeze(card, position);
    snd_pcm_ioplug_set_state(&card->io, SND_PCM_STATE_SUSPENDED);
  } else if (strcmp(fault->kind, "unplug") == 0) {
    freeze(card, exact);
    snd_pcm_ioplug_set_state(&card->io, SND_PCM_STATE_DISCONNECTED);
  } else if (strcmp(fault->kind, "stall") == 0) {
    freeze(card, exact);
    set_timer(card, 0);
  } else if (strcmp(fault->kind, "empty") == 0) {
    freeze(card, exact);
    card->ready_without_reason = 1;
  } else if (strcmp(fault->kind, "hang") == 0) {
    sleep_s(fault->ms / 1e3);
  }
  return 0;
}

static snd_pcm_sframes_t on_pointer(snd_pcm_ioplug_t *io) {
  struct card *card = io->private_data;
  uint64_t position = stream_position(card);
  if (card->fault_next < card->script.fault_count &&
      card->base_frame + card->jump_by + position >= card->script.faults[card->fault_next].frame) {
    int code = strike(card, &card->script.faults[card->fault_next++], position);
    if (code < 0) return code;
    position = stream_position(card);
  }
  if (position - io->appl_ptr > io->buffer_size) return -EPIPE; // a true overrun
  return (snd_pcm_sframes_t)(position % io->buffer_size);
}

static void put_sample(uint8_t *at, snd_pcm_format_t format, uint64_t value) {
  int32_t v24 = (int32_t)((uint32_t)(value - (1u << 23)) << 8) >> 8;
  int16_t v16 = (int16_t)(uint16_t)(value - (1u << 15));
  int32_t v32 = (int32_t)((uint32_t)v24 << 8);
  float v = (float)v24 / (1 << 23);
  switch (format) {
  case SND_PCM_FORMAT_S16_LE:
    memcpy(at, &v16, 2);
    break;
  case SND_PCM_FORMAT_S24_3LE:
    memcpy(at, &v24, 3);
    break;
  case SND_PCM_FORMAT_S24_LE:
    memcpy(at, &v24, 3);
    at[3] = 0xa5; // not defined, so make sure that nobody relies on it
    break;
  case SND_PCM_FORMAT_S32_LE:
    memcpy(at, &v32, 4);
    break;
  default:
    memcpy(at, &v, 4);
  }
}

static snd_pcm_sframes_t on_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                     snd_pcm_uframes_t offset, snd_pcm_uframes_t size) {
  struct card *card = io->private_data;
  size_t bytes = (size_t)snd_pcm_format_physical_width(io->format) / 8;
  for (unsigned channel = 0; channel < io->channels; channel++) {
    uint8_t *at = (uint8_t *)areas[channel].addr + areas[channel].first / 8 + offset * (areas[channel].step / 8);
    for (snd_pcm_uframes_t i = 0; i < size; i++, at += areas[channel].step / 8) {
      uint64_t stream = io->appl_ptr + i;
      uint64_t frame = card->base_frame + stream + (stream >= card->jump_at ? card->jump_by : 0);
      if (card->script.zeros)
        memset(at, 0, bytes);
      else
        put_sample(at, io->format, 16 * frame + channel);
    }
  }
  return (snd_pcm_sframes_t)size;
}

static int on_hw_params(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *params) {
  (void)params;
  struct card *card = io->private_data;
  return io->access == SND_PCM_ACCESS_RW_INTERLEAVED ? 0 : -(int)card->script.mmap_error;
}

static int on_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned int count, unsigned short *revents) {
  (void)count;
  struct card *card = io->private_data;
  uint64_t ticks;
  if ((fds[0].revents & POLLIN) && !card->ready_without_reason) (void)!read(io->poll_fd, &ticks, sizeof ticks);
  *revents = (unsigned short)fds[0].revents;
  return 0;
}

static int on_close(snd_pcm_ioplug_t *io) {
  struct card *card = io->private_data;
  close(io->poll_fd);
  free(card);
  return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = on_start,
    .stop = on_stop,
    .pointer = on_pointer,
    .transfer = on_transfer,
    .close = on_close,
    .hw_params = on_hw_params,
    .prepare = on_prepare,
    .resume = on_resume,
    .poll_revents = on_poll_revents,
};

static int limit(struct card *card, int what, const struct offer *offer) {
  return snd_pcm_ioplug_set_param_list(&card->io, what, offer->count, offer->list);
}

static int limit_all(struct card *card) {
  const struct script *script = &card->script;
  int code = limit(card, SND_PCM_IOPLUG_HW_FORMAT, &script->formats);
  if (code >= 0) code = limit(card, SND_PCM_IOPLUG_HW_RATE, &script->rates);
  if (code >= 0) code = limit(card, SND_PCM_IOPLUG_HW_CHANNELS, &script->channels);
  if (code >= 0) code = limit(card, SND_PCM_IOPLUG_HW_ACCESS, &script->accesses);
  if (code >= 0) code = snd_pcm_ioplug_set_param_minmax(&card->io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64, 1 << 20);
  if (code >= 0) code = snd_pcm_ioplug_set_param_minmax(&card->io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 128, 1 << 22);
  return code;
}

SND_PCM_PLUGIN_DEFINE_FUNC(scripted) {
  (void)root;
  struct card *card = calloc(1, sizeof *card);
  if (!card) return -ENOMEM;
  int code = card_script_read(conf, &card->script);
  if (code >= 0) {
    sleep_s((double)card->script.open_delay_ms / 1e3);
    code = -(int)card->script.open_error;
  }
  if (code < 0) {
    free(card);
    return code;
  }
  card->io.version = SND_PCM_IOPLUG_VERSION;
  card->io.name = "A sound card that follows a script";
  card->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC;
  card->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  card->io.poll_events = POLLIN;
  card->io.callback = &callbacks;
  card->io.private_data = card;
  code = snd_pcm_ioplug_create(&card->io, name, stream, mode);
  if (code < 0) {
    close(card->io.poll_fd);
    free(card);
    return code;
  }
  code = limit_all(card);
  if (code < 0) {
    snd_pcm_ioplug_delete(&card->io); // closes, and so frees, the card
    return code;
  }
  *pcmp = card->io.pcm;
  return 0;
}

SND_PCM_PLUGIN_SYMBOL(scripted);
