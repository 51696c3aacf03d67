#include "pcm_device.h"

#include "monotonic.h"
#include "pcm_open.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** A time stamp that is further from now than this belongs to another clock, or was never set. */
static const double STAMP_OLDEST_MS = 1000;

static int open_and_set(struct pcm_device *device, const struct pcm_asked *asked, bool converted,
                        struct failure *failure) {
  int code = converted ? pcm_open_converted(&device->pcm, asked->name) : pcm_open(&device->pcm, asked->name);
  if (code < 0) return failure_set(failure, cause_of_open_error(code), code, "open");
  return pcm_set_hw_params(device->pcm, asked, converted, &device->granted, failure);
}

static int make_scratch(struct pcm_device *device, struct failure *failure) {
  const struct pcm_granted *granted = &device->granted;
  if (granted->access != SND_PCM_ACCESS_RW_INTERLEAVED) return 0;
  size_t sample_bytes = sample_format_bytes(granted->format);
  size_t frame_bytes = sample_bytes * granted->card_channels;
  device->scratch = calloc(granted->period_frames, frame_bytes);
  if (!device->scratch) return failure_set(failure, END_FAILED, -ENOMEM, "memory for one period");
  for (unsigned i = 0; i < device->channel_count; i++)
    device->scratch_areas[i] = (snd_pcm_channel_area_t){
        .addr = device->scratch,
        .first = (unsigned)(granted->channels[i] * sample_bytes * 8),
        .step = (unsigned)(frame_bytes * 8),
    };
  return 0;
}

int pcm_device_open(struct pcm_device *device, const struct pcm_asked *asked, struct failure *failure) {
  memset(device, 0, sizeof *device);
  device->channel_count = asked->channel_count;
  int code = open_and_set(device, asked, false, failure);
  if (code < 0) goto fail;
  if (device->granted.rate_hz != asked->rate_hz && asked->convert_rate) {
    pcm_device_close(device);
    if ((code = open_and_set(device, asked, true, failure)) < 0) goto fail;
  }
  if ((code = pcm_set_sw_params(device->pcm, &device->granted, failure)) < 0) goto fail;
  int count = snd_pcm_poll_descriptors_count(device->pcm);
  if (count < 1 || count > PCM_POLL_FDS_MAX) {
    code = failure_set(failure, END_REFUSED, -EINVAL, "has %d poll descriptors", count);
    goto fail;
  }
  if ((code = make_scratch(device, failure)) < 0) goto fail;
  return 0;

fail:
  failure_prefix(failure, "%s", asked->name);
  pcm_device_close(device);
  return code;
}

void pcm_device_close(struct pcm_device *device) {
  if (device->pcm) snd_pcm_close(device->pcm);
  device->pcm = NULL;
  free(device->scratch);
  device->scratch = NULL;
}

int pcm_device_start(struct pcm_device *device) {
  // Installing the parameters has prepared it. A second time would make a sound server connect the stream anew.
  int code = snd_pcm_state(device->pcm) == SND_PCM_STATE_PREPARED ? 0 : snd_pcm_prepare(device->pcm);
  return code < 0 ? code : snd_pcm_start(device->pcm);
}

int pcm_device_resume(struct pcm_device *device) {
  int code = snd_pcm_resume(device->pcm);
  if (code < 0) return code;
  snd_pcm_state_t state = snd_pcm_state(device->pcm);
  if (state == SND_PCM_STATE_SUSPENDED) return -EAGAIN; // plugins cannot return an error, they just stay as they are
  if (state != SND_PCM_STATE_RUNNING) return -ENOSYS;
  // What still waits is from before the gap, and would put the gap into the middle of a block.
  snd_pcm_sframes_t waiting = snd_pcm_avail_update(device->pcm);
  if (waiting > 0) waiting = snd_pcm_forward(device->pcm, (snd_pcm_uframes_t)waiting);
  return waiting < 0 ? -ENOSYS : 0;
}

int pcm_device_poll_fds(struct pcm_device *device, struct pollfd fds[PCM_POLL_FDS_MAX]) {
  return snd_pcm_poll_descriptors(device->pcm, fds, PCM_POLL_FDS_MAX);
}

void pcm_device_polled(struct pcm_device *device, struct pollfd *fds, int count) {
  // What it says of the events is not used: pcm_device_position() asks the device itself, whatever woke us.
  unsigned short events;
  (void)snd_pcm_poll_descriptors_revents(device->pcm, fds, (unsigned)count, &events);
}

/** The error that a state stands for: not every PCM reports it where frames are counted. */
static int state_error(snd_pcm_state_t state) {
  switch (state) {
  case SND_PCM_STATE_RUNNING:
    return 0;
  case SND_PCM_STATE_XRUN:
    return -EPIPE;
  case SND_PCM_STATE_SUSPENDED:
    return -ESTRPIPE;
  case SND_PCM_STATE_DISCONNECTED:
    return -ENODEV;
  default:
    return -EBADFD;
  }
}

snd_pcm_sframes_t pcm_device_position(struct pcm_device *device, double *first_frame_ms) {
  snd_pcm_sframes_t waiting = snd_pcm_avail_update(device->pcm);
  // A state says more than an error number does: servers and drivers differ in what they return when they are gone. As
  // long as frames come it need not be asked, which with a sound server is a quarter of all the work.
  if (waiting <= 0) {
    int code = state_error(snd_pcm_state(device->pcm));
    if (code < 0 && (waiting >= 0 || code != -EBADFD)) return code;
    if (waiting < 0) return waiting;
  }
  double now_ms = monotonic_ms();
  double stamp_ms = now_ms;
  snd_pcm_uframes_t stamped;
  snd_htimestamp_t stamp;
  if (snd_pcm_htimestamp(device->pcm, &stamped, &stamp) >= 0) {
    double told_ms = timespec_ms(stamp);
    now_ms = monotonic_ms();
    if (told_ms <= now_ms && told_ms > now_ms - STAMP_OLDEST_MS && stamped <= device->granted.buffer_frames) {
      stamp_ms = told_ms;
      waiting = (snd_pcm_sframes_t)stamped;
    }
  }
  *first_frame_ms = stamp_ms - (double)waiting * 1e3 / device->granted.rate_hz;
  return waiting;
}

static snd_pcm_sframes_t read_mapped(struct pcm_device *device, float *samples, snd_pcm_uframes_t frames) {
  snd_pcm_uframes_t done = 0;
  while (done < frames) { // twice where the period crosses the end of the buffer
    const snd_pcm_channel_area_t *areas;
    snd_pcm_uframes_t offset, count = frames - done;
    int code = snd_pcm_mmap_begin(device->pcm, &areas, &offset, &count);
    if (code < 0) return code;
    if (count == 0) break;
    for (unsigned i = 0; i < device->channel_count; i++)
      sample_convert(device->granted.format, &areas[device->granted.channels[i]], offset, count,
                     samples + done * device->channel_count + i, device->channel_count);
    snd_pcm_sframes_t committed = snd_pcm_mmap_commit(device->pcm, offset, count);
    if (committed < 0) return committed;
    if ((snd_pcm_uframes_t)committed != count) return -EPIPE;
    done += count;
  }
  return (snd_pcm_sframes_t)done;
}

static snd_pcm_sframes_t read_copied(struct pcm_device *device, float *samples, snd_pcm_uframes_t frames) {
  snd_pcm_sframes_t count = snd_pcm_readi(device->pcm, device->scratch, frames);
  if (count == -EAGAIN) return 0;
  for (unsigned i = 0; count > 0 && i < device->channel_count; i++)
    sample_convert(device->granted.format, &device->scratch_areas[i], 0, (size_t)count, samples + i,
                   device->channel_count);
  return count;
}

snd_pcm_sframes_t pcm_device_read(struct pcm_device *device, float *samples, snd_pcm_uframes_t frames) {
  if (frames > device->granted.period_frames) frames = device->granted.period_frames;
  return device->scratch ? read_copied(device, samples, frames) : read_mapped(device, samples, frames);
}
