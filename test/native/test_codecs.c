/* The encoder and the file reader with what nobody should give them; the sanitizers watch. */
#include "../../native/core/mp3.h"
#include "../../native/core/sound_file.h"

#include "check.h"
#include <dirent.h>
#include <math.h>
#include <sndfile.h>
#include <string.h>
#include <unistd.h>

static char error[256];

static void encoder_survives_any_number(void) {
  struct mp3_options options = {.rate_hz = 48000, .channels = 2, .bitrate_kbps = 128, .quality = 5};
  struct mp3_encoder *encoder = mp3_create(&options, error, sizeof error);
  CHECK(encoder, "%s", error);
  const float odd[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 1e-40f, 1, -1};
  float samples[2 * 5000];
  for (int i = 0; i < 10000; i++)
    samples[i] = odd[i % 8];
  unsigned char out[14000];
  CHECK(mp3_encode(encoder, samples, 5000, out, sizeof out, error, sizeof error) > 0, "%s", error);
  CHECK(mp3_encode(encoder, samples, 0, out, sizeof out, error, sizeof error) == 0, "nothing gives nothing");
  CHECK(mp3_encode(encoder, samples, 5000, out, 100, error, sizeof error) == -1 && strstr(error, "did not fit"), "%s",
        error);
  CHECK(mp3_encode(encoder, samples, 10, out, sizeof out, error, sizeof error) == -1, "of no use any more");
  mp3_destroy(encoder);
  encoder = mp3_create(&options, error, sizeof error);
  unsigned char *none = malloc(1); // LAME takes a size of 0 for no limit
  CHECK(mp3_encode(encoder, samples, 5000, none, 0, error, sizeof error) == -1, "nothing fits into nothing");
  free(none);
  mp3_destroy(encoder);
  options.bitrate_kbps = 129;
  CHECK(!mp3_create(&options, error, sizeof error) && strstr(error, "129"), "%s", error);
}

static void write_file(const char *path, int rate_hz, int channels, int format, sf_count_t frames) {
  SF_INFO info = {.samplerate = rate_hz, .channels = channels, .format = format};
  SNDFILE *file = sf_open(path, SFM_WRITE, &info);
  CHECK(file, "%s", sf_strerror(NULL));
  float frame[8];
  for (sf_count_t i = 0; i < frames; i++) {
    for (int channel = 0; channel < channels; channel++)
      frame[channel] = (float)(channel + 1) / 16;
    sf_writef_float(file, frame, 1);
  }
  sf_close(file);
}

static int open_files(void) {
  DIR *directory = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(directory))
    count++;
  closedir(directory);
  return count;
}

static void reads(const char *path, int rate_hz, int channels, size_t least_frames, size_t most_frames, float left) {
  struct sound_file_options options = {.path = path, .rate_hz = rate_hz, .channels = channels, .max_seconds = 10};
  struct sound sound;
  CHECK(sound_file_read(&options, &sound, error, sizeof error), "%s", error);
  CHECK(sound.frames >= least_frames && sound.frames <= most_frames, "%zu frames", sound.frames);
  float middle = sound.samples[sound.frames / 2 * (size_t)channels];
  CHECK(fabsf(middle - left) < 1e-3f, "%g, not %g", middle, left);
  free(sound.samples);
}

static void refuses(const char *path, double max_seconds, const char *words) {
  struct sound_file_options options = {.path = path, .rate_hz = 48000, .channels = 2, .max_seconds = max_seconds};
  struct sound sound;
  CHECK(!sound_file_read(&options, &sound, error, sizeof error) && strstr(error, words), "\"%s\" does not say \"%s\"",
        error, words);
}

static void files_are_read(const char *folder) {
  char path[512];
  snprintf(path, sizeof path, "%s/codecs.wav", folder);
  int wav = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  write_file(path, 48000, 2, wav, 48000);
  int before = open_files();
  reads(path, 48000, 2, 48000, 48000, 1.f / 16);
  reads(path, 48000, 1, 48000, 48000, 1.5f / 16);
  reads(path, 44100, 2, 44090, 44110, 1.f / 16);
  reads(path, 96000, 2, 95990, 96010, 1.f / 16);
  refuses(path, 0.5, "lasts 1.0 s, longer than the 0.5 s");
  CHECK(truncate(path, 44 + 4 * 24000) == 0, "truncate"); // a header that promises more than there is
  reads(path, 48000, 2, 24000, 24000, 1.f / 16);
  write_file(path, 44100, 1, wav, 4410);
  reads(path, 44100, 2, 4410, 4410, 1.f / 16);
  write_file(path, 48000, 6, wav, 4800);
  reads(path, 48000, 2, 4800, 4800, 3.5f / 16);
  write_file(path, 48000, 2, wav, 0);
  refuses(path, 10, "holds no frame");
  write_file(path, 48000, 2, wav, 100);
  CHECK(truncate(path, 20) == 0, "truncate");
  refuses(path, 10, "not a sound file that libsndfile knows");
  refuses(folder, 10, "not a file");
  refuses("/dev/zero", 10, "not a file");
  refuses("/no/such/file", 10, "No such file or directory");
  unlink(path);
  CHECK(open_files() == before, "%d files are open, before it were %d", open_files(), before);
}

int main(int count, char **arguments) {
  encoder_survives_any_number();
  files_are_read(count > 1 ? arguments[1] : ".");
  return 0;
}
