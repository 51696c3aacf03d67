#include "pcm_params.h"

#include <errno.h>
#include <math.h>

static const snd_pcm_access_t accesses[] = {
    SND_PCM_ACCESS_MMAP_INTERLEAVED,
    SND_PCM_ACCESS_MMAP_NONINTERLEAVED,
    SND_PCM_ACCESS_RW_INTERLEAVED,
};
enum { ACCESSES = sizeof accesses / sizeof *accesses };

/** A step that failed because of what was asked, unless the device has left meanwhile. */
static int refuse(struct failure *failure, int code, const char *step) {
  enum end_cause cause = cause_of_open_error(code);
  return failure_set(failure, cause == END_FAILED ? END_REFUSED : cause, code, "%s", step);
}

/** Leaves only formats that we can read, so that no later choice leads to one that we cannot. */
static int limit_formats(snd_pcm_t *pcm, snd_pcm_hw_params_t *params, struct failure *failure) {
  snd_pcm_format_mask_t *mask;
  snd_pcm_format_mask_alloca(&mask);
  snd_pcm_format_mask_none(mask);
  for (int format = 0; format < SAMPLE_FORMATS; format++)
    snd_pcm_format_mask_set(mask, sample_format_alsa((enum sample_format)format));
  int code = snd_pcm_hw_params_set_format_mask(pcm, params, mask);
  return code < 0 ? refuse(failure, code, "offers no sample format that Boardfeed reads") : 0;
}

static int choose_channels(snd_pcm_t *pcm, snd_pcm_hw_params_t *params, const struct pcm_asked *asked,
                           struct pcm_granted *granted, struct failure *failure) {
  unsigned most = 0;
  int code = snd_pcm_hw_params_get_channels_max(params, &most);
  if (code < 0) return refuse(failure, code, "ask for the number of channels");
  // Virtual devices mix everything down when they are asked for one channel; with two, channel 1 is channel 1.
  unsigned least = most < 2 ? most : 2;
  for (unsigned i = 0; i < asked->channel_count; i++) {
    unsigned channel = asked->channels[i];
    if (channel > most && i > 0) channel = asked->channels[0];
    if (channel > most) {
      failure_set(failure, END_REFUSED, 0, "has %u channel%s, channel %u was asked for", most, most == 1 ? "" : "s",
                  channel);
      return -EINVAL;
    }
    granted->channels[i] = channel - 1;
    if (least < channel) least = channel;
  }
  code = snd_pcm_hw_params_set_channels_min(pcm, params, &least);
  if (code >= 0) code = snd_pcm_hw_params_set_channels_first(pcm, params, &granted->card_channels);
  return code < 0 ? refuse(failure, code, "set the number of channels") : 0;
}

static int choose_rate(snd_pcm_t *pcm, snd_pcm_hw_params_t *params, const struct pcm_asked *asked, bool may_convert,
                       struct pcm_granted *granted, struct failure *failure) {
  int code = snd_pcm_hw_params_set_rate_resample(pcm, params, may_convert);
  granted->rate_hz = asked->rate_hz;
  if (code >= 0) code = snd_pcm_hw_params_set_rate_near(pcm, params, &granted->rate_hz, NULL);
  if (code < 0) {
    refuse(failure, code, "set the rate");
    failure_prefix(failure, "%u Hz", asked->rate_hz);
    return code;
  }
  granted->converted = may_convert;
  return 0;
}

static int choose_format(snd_pcm_t *pcm, snd_pcm_hw_params_t *params, struct pcm_granted *granted,
                         struct failure *failure) {
  int code = -EINVAL;
  for (int format = 0; format < SAMPLE_FORMATS && code < 0; format++) {
    granted->format = (enum sample_format)format;
    code = snd_pcm_hw_params_set_format(pcm, params, sample_format_alsa(granted->format));
  }
  return code < 0 ? refuse(failure, code, "set the sample format") : 0;
}

static int choose_times(snd_pcm_t *pcm, snd_pcm_hw_params_t *params, const struct pcm_asked *asked,
                        struct pcm_granted *granted, struct failure *failure) {
  granted->period_frames = (snd_pcm_uframes_t)lround(asked->period_ms * granted->rate_hz / 1e3);
  granted->buffer_frames = (snd_pcm_uframes_t)lround(asked->buffer_ms * granted->rate_hz / 1e3);
  int code = snd_pcm_hw_params_set_period_size_near(pcm, params, &granted->period_frames, NULL);
  if (code < 0) return refuse(failure, code, "set the period");
  // A period that came out longer than asked still needs room for a second one.
  if (granted->buffer_frames < 2 * granted->period_frames) granted->buffer_frames = 2 * granted->period_frames;
  code = snd_pcm_hw_params_set_buffer_size_near(pcm, params, &granted->buffer_frames);
  return code < 0 ? refuse(failure, code, "set the buffer") : 0;
}

static int install(snd_pcm_t *pcm, snd_pcm_hw_params_t *params, struct pcm_granted *granted, struct failure *failure) {
  int code = snd_pcm_hw_params(pcm, params);
  if (code < 0) return refuse(failure, code, "install the hardware parameters");
  // Near is not exact: read back what is in force.
  snd_pcm_hw_params_get_period_size(params, &granted->period_frames, NULL);
  snd_pcm_hw_params_get_buffer_size(params, &granted->buffer_frames);
  snd_pcm_hw_params_get_rate(params, &granted->rate_hz, NULL);
  if (granted->period_frames == 0 || granted->buffer_frames < granted->period_frames || granted->rate_hz == 0)
    return failure_set(failure, END_REFUSED, -EINVAL, "grants a period of %lu frames in a buffer of %lu",
                       granted->period_frames, granted->buffer_frames);
  return 0;
}

static int set_with_access(snd_pcm_t *pcm, const struct pcm_asked *asked, snd_pcm_access_t access, bool may_convert,
                           struct pcm_granted *granted, struct failure *failure) {
  snd_pcm_hw_params_t *params;
  snd_pcm_hw_params_alloca(&params);
  int code = snd_pcm_hw_params_any(pcm, params);
  if (code < 0) return refuse(failure, code, "ask what the device can do");
  granted->access = access;
  code = snd_pcm_hw_params_set_access(pcm, params, access);
  if (code < 0) return refuse(failure, code, "set the access");
  if ((code = limit_formats(pcm, params, failure)) < 0 ||
      (code = choose_channels(pcm, params, asked, granted, failure)) < 0 ||
      (code = choose_rate(pcm, params, asked, may_convert, granted, failure)) < 0 ||
      (code = choose_format(pcm, params, granted, failure)) < 0 ||
      (code = choose_times(pcm, params, asked, granted, failure)) < 0)
    return code;
  return install(pcm, params, granted, failure);
}

int pcm_set_hw_params(snd_pcm_t *pcm, const struct pcm_asked *asked, bool may_convert, struct pcm_granted *granted,
                      struct failure *failure) {
  // Some devices offer mmap and then fail to map: only installing the parameters tells, so each access gets a whole
  // try.
  int code = -EINVAL;
  for (int i = 0; i < ACCESSES && code < 0; i++)
    code = set_with_access(pcm, asked, accesses[i], may_convert, granted, failure);
  return code;
}

int pcm_set_sw_params(snd_pcm_t *pcm, const struct pcm_granted *granted, struct failure *failure) {
  snd_pcm_sw_params_t *params;
  snd_pcm_sw_params_alloca(&params);
  int code = snd_pcm_sw_params_current(pcm, params);
  if (code >= 0) code = snd_pcm_sw_params_set_avail_min(pcm, params, granted->period_frames);
  if (code >= 0) code = snd_pcm_sw_params_set_start_threshold(pcm, params, 1);
  if (code >= 0) code = snd_pcm_sw_params_set_tstamp_mode(pcm, params, SND_PCM_TSTAMP_ENABLE);
  if (code < 0) return refuse(failure, code, "set the software parameters");
  // Not every device has the choice; pcm_device_position() looks at each stamp before it believes it.
  (void)snd_pcm_sw_params_set_tstamp_type(pcm, params, SND_PCM_TSTAMP_TYPE_MONOTONIC);
  code = snd_pcm_sw_params(pcm, params);
  return code < 0 ? refuse(failure, code, "install the software parameters") : 0;
}
