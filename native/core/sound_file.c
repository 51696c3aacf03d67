#include "sound_file.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <samplerate.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** Frames that are read from the file at a time. */
enum { PART_FRAMES = 4096 };
/** Rates that a file may have; what lies outside is a broken header. */
enum { FILE_RATE_MIN_HZ = 1000, FILE_RATE_MAX_HZ = 768000 };

struct decoding {
  const struct sound_file_options *options;
  SNDFILE *file;
  SF_INFO info;
  SRC_STATE *converter;
  /** What the file gave, with its own channels. */
  float *part;
  /** The same with our channels. */
  float *mixed;
  /** What is finished. */
  float *out;
  size_t out_frames;
  size_t out_room;
  char *error;
  size_t error_bytes;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct decoding *decoding, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = snprintf(decoding->error, decoding->error_bytes, "%s: ", decoding->options->path);
  if (length >= 0 && (size_t)length < decoding->error_bytes)
    vsnprintf(decoding->error + length, decoding->error_bytes - (size_t)length, format, arguments);
  va_end(arguments);
  return false;
}

static bool open_file(struct decoding *decoding) {
  // Opened here and not by libsndfile, which has no text for what the system said. Not blocking: it might be a pipe.
  int fd = open(decoding->options->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat facts;
  if (fd < 0) return fail(decoding, "%s", strerror(errno));
  if (fstat(fd, &facts) < 0 || !S_ISREG(facts.st_mode)) {
    close(fd);
    return fail(decoding, "not a file");
  }
  decoding->file = sf_open_fd(fd, SFM_READ, &decoding->info, SF_TRUE);
  if (!decoding->file) return fail(decoding, "not a sound file that libsndfile knows: %s", sf_strerror(NULL));
  const SF_INFO *info = &decoding->info;
  if (info->samplerate < FILE_RATE_MIN_HZ || info->samplerate > FILE_RATE_MAX_HZ)
    return fail(decoding, "its rate of %d Hz is out of range", info->samplerate);
  if (info->frames <= 0) return fail(decoding, "holds no frame");
  double seconds = (double)info->frames / info->samplerate;
  if (seconds > decoding->options->max_seconds)
    return fail(decoding, "lasts %.1f s, longer than the %.1f s that are allowed", seconds,
                decoding->options->max_seconds);
  return true;
}

static bool make_room(struct decoding *decoding) {
  const SF_INFO *info = &decoding->info;
  size_t channels = (size_t)decoding->options->channels;
  double ratio = (double)decoding->options->rate_hz / info->samplerate;
  // A converter may give a few frames more than the ratio says.
  decoding->out_room = (size_t)ceil((double)info->frames * ratio) + 64;
  decoding->part = malloc(PART_FRAMES * (size_t)info->channels * sizeof(float));
  decoding->mixed = malloc(PART_FRAMES * channels * sizeof(float));
  decoding->out = malloc(decoding->out_room * channels * sizeof(float));
  int code = 0;
  if (decoding->options->rate_hz != info->samplerate)
    decoding->converter = src_new(SRC_SINC_MEDIUM_QUALITY, decoding->options->channels, &code);
  if (code != 0) return fail(decoding, "cannot be resampled: %s", src_strerror(code));
  if (!decoding->part || !decoding->mixed || !decoding->out)
    return fail(decoding, "no memory for %.1f s of sound", (double)info->frames / info->samplerate);
  return true;
}

static float finite_or_zero(float sample) {
  return isfinite(sample) ? sample : 0.0f;
}

static void mix(const float *in, int in_channels, float *out, int out_channels, size_t frames) {
  for (size_t frame = 0; frame < frames; frame++, in += in_channels, out += out_channels) {
    if (in_channels == out_channels) {
      for (int i = 0; i < out_channels; i++)
        out[i] = finite_or_zero(in[i]);
      continue;
    }
    double sum = 0;
    for (int i = 0; i < in_channels; i++)
      sum += finite_or_zero(in[i]);
    for (int i = 0; i < out_channels; i++)
      out[i] = (float)(sum / in_channels);
  }
}

/** Puts frames of our channels behind what is finished; resamples on the way. `last` flushes the converter. */
static bool put(struct decoding *decoding, size_t frames, bool last) {
  size_t channels = (size_t)decoding->options->channels;
  if (!decoding->converter) {
    if (frames > decoding->out_room - decoding->out_frames)
      frames = decoding->out_room - decoding->out_frames; // a file that holds more than its header says
    memcpy(decoding->out + decoding->out_frames * channels, decoding->mixed, frames * channels * sizeof(float));
    decoding->out_frames += frames;
    return true;
  }
  SRC_DATA data = {
      .data_in = decoding->mixed,
      .input_frames = (long)frames,
      .end_of_input = last,
      .src_ratio = (double)decoding->options->rate_hz / decoding->info.samplerate,
  };
  do {
    data.data_out = decoding->out + decoding->out_frames * channels;
    data.output_frames = (long)(decoding->out_room - decoding->out_frames);
    int code = src_process(decoding->converter, &data);
    if (code != 0) return fail(decoding, "cannot be resampled: %s", src_strerror(code));
    decoding->out_frames += (size_t)data.output_frames_gen;
    data.data_in += (size_t)data.input_frames_used * channels;
    data.input_frames -= data.input_frames_used;
  } while (data.output_frames_gen > 0 || (data.input_frames > 0 && data.input_frames_used > 0));
  return true;
}

static bool decode(struct decoding *decoding) {
  sf_count_t frames;
  sf_count_t total = 0;
  do {
    frames = sf_readf_float(decoding->file, decoding->part, PART_FRAMES);
    total += frames;
    mix(decoding->part, decoding->info.channels, decoding->mixed, decoding->options->channels, (size_t)frames);
    if (!put(decoding, (size_t)frames, frames == 0)) return false;
  } while (frames > 0 && total <= decoding->info.frames);
  if (decoding->out_frames == 0) return fail(decoding, "holds no frame");
  return true;
}

bool sound_file_read(const struct sound_file_options *options, struct sound *sound, char *error, size_t error_bytes) {
  struct decoding decoding = {.options = options, .error = error, .error_bytes = error_bytes};
  bool worked = open_file(&decoding) && make_room(&decoding) && decode(&decoding);
  if (decoding.converter) src_delete(decoding.converter);
  if (decoding.file) sf_close(decoding.file);
  free(decoding.part);
  free(decoding.mixed);
  if (!worked) {
    free(decoding.out);
    return false;
  }
  sound->samples = decoding.out;
  sound->frames = decoding.out_frames;
  return true;
}
