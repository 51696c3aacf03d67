/* The encoders and the file reader with what nobody should give them; the sanitizers watch. */
#include "../../native/core/flac.h"
#include "../../native/core/mp3.h"
#include "../../native/core/ogg_page.h"
#include "../../native/core/opus.h"
#include "../../native/core/sound_file.h"

#include "check.h"
#include <FLAC/stream_decoder.h>
#include <dirent.h>
#include <math.h>
#include <sndfile.h>
#include <string.h>
#include <unistd.h>

static char error[256];

/** Fills with what no encoder should be given. */
static void fill_odd(float *samples, int count) {
  static const float odd[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 1e-40f, 1, -1};
  for (int i = 0; i < count; i++)
    samples[i] = odd[i % 8];
}

static void mp3_survives_any_number(void) {
  struct mp3_options options = {.rate_hz = 48000, .channels = 2, .bitrate_kbps = 128, .quality = 5};
  struct mp3_encoder *encoder = mp3_create(&options, error, sizeof error);
  CHECK(encoder, "%s", error);
  float samples[2 * 5000];
  fill_odd(samples, 10000);
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

enum { PACKETS = 64, OUT_BYTES = 200000 };
static unsigned char packet_bytes[OUT_BYTES];
static uint32_t packet_ends[PACKETS];

static bool encode(struct packet_encoder *encoder, const float *samples, size_t frames, struct packets *packets) {
  return encoder->encode(encoder, samples, frames, packets, error, sizeof error);
}

static struct packets room(size_t bytes, size_t packets) {
  return (struct packets){.out = packet_bytes, .out_bytes = bytes, .ends = packet_ends, .ends_room = packets};
}

/** An encoder that was made takes any numbers, says what it lacks, and is of no use afterwards. */
static void packets_are_made(struct packet_encoder *(*create)(void)) {
  struct packet_encoder *encoder = create();
  CHECK(encoder, "%s", error);
  const struct packet_facts facts = encoder->facts;
  float samples[2 * 5000];
  fill_odd(samples, 10000);
  struct packets packets = room(OUT_BYTES, PACKETS);
  CHECK(encode(encoder, samples, 5000, &packets) && packets.count > 0, "%s", error);
  for (size_t i = 0, start = 0; i < packets.count; start = packets.ends[i++])
    CHECK(packets.ends[i] > start && packets.ends[i] - start <= facts.packet_bytes_max, "packet %zu", i);
  size_t count = packets.count;
  CHECK(encode(encoder, samples, 0, &packets) && packets.count == count, "nothing gives nothing");
  packets = room(OUT_BYTES, 0);
  CHECK(!encode(encoder, samples, 5000, &packets) && strstr(error, "did not fit"), "%s", error);
  packets = room(OUT_BYTES, PACKETS);
  CHECK(!encode(encoder, samples, 1, &packets), "of no use any more");
  encoder->destroy(encoder);
  encoder = create();
  CHECK(encoder, "%s", error);
  unsigned char *little = malloc(1);
  packets = room(0, PACKETS);
  packets.out = little;
  CHECK(!encode(encoder, samples, 5000, &packets) && strstr(error, "did not fit"), "%s", error);
  free(little);
  encoder->destroy(encoder);
}

static struct packet_encoder *create_opus(void) {
  return opus_create(&(struct opus_options){48000, 2, 128, 5}, error, sizeof error);
}

static struct packet_encoder *create_resampled_opus(void) {
  return opus_create(&(struct opus_options){44100, 2, 128, 10}, error, sizeof error);
}

static struct packet_encoder *create_flac(void) {
  return flac_create(&(struct flac_options){48000, 2, 24, 480, 5, FLAC_FRAME_NUMBERS}, error, sizeof error);
}

static struct packet_encoder *create_restless_flac(void) {
  return flac_create(&(struct flac_options){48000, 1, 16, 480, 8, 1}, error, sizeof error);
}

static void settings_are_refused(void) {
  CHECK(!opus_create(&(struct opus_options){48000, 2, 0, 5}, error, sizeof error) && strstr(error, "0 kbit/s"), "%s",
        error);
  CHECK(!opus_create(&(struct opus_options){48000, 2, 128, 11}, error, sizeof error) && strstr(error, "11"), "%s",
        error);
  CHECK(!opus_create(&(struct opus_options){100, 2, 128, 5}, error, sizeof error) && strstr(error, "100 Hz"), "%s",
        error);
  CHECK(!flac_create(&(struct flac_options){48000, 2, 17, 480, 5, 1}, error, sizeof error) && strstr(error, "17 bits"),
        "%s", error);
  CHECK(!flac_create(&(struct flac_options){48000, 2, 16, 5000, 5, 1}, error, sizeof error) && strstr(error, "5000"),
        "%s", error);
}

static void pages_are_made(void) {
  static unsigned char packet[OGG_PAGE_PACKET_MAX + 1];
  static unsigned char page[sizeof packet + OGG_PAGE_HEAD_MAX];
  struct ogg_page_facts facts = {.serial = UINT32_MAX, .sequence = UINT32_MAX, .granule = INT64_MAX, .last = true};
  for (size_t bytes = 0; bytes <= OGG_PAGE_PACKET_MAX; bytes += bytes < 600 ? 1 : 4951) {
    size_t whole = 27 + bytes / 255 + 1 + bytes;
    CHECK(ogg_page_make(&facts, packet, bytes, page, sizeof page) == whole, "%zu bytes", bytes);
    CHECK(ogg_page_make(&facts, packet, bytes, page, whole) == whole, "%zu bytes fit exactly", bytes);
    CHECK(ogg_page_make(&facts, packet, bytes, page, whole - 1) == 0, "%zu bytes do not fit", bytes);
  }
  CHECK(ogg_page_make(&facts, packet, sizeof packet, page, sizeof page) == 0, "no page holds that");
}

/** What libFLAC's decoder reads, and how often it had something to complain of. */
struct decoding {
  const unsigned char *bytes;
  size_t left;
  size_t frames;
  int complaints;
};

static FLAC__StreamDecoderReadStatus on_read(const FLAC__StreamDecoder *decoder, FLAC__byte buffer[], size_t *bytes,
                                             void *data) {
  (void)decoder;
  struct decoding *decoding = data;
  if (decoding->left < *bytes) *bytes = decoding->left;
  memcpy(buffer, decoding->bytes, *bytes);
  decoding->bytes += *bytes;
  decoding->left -= *bytes;
  return *bytes > 0 ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
}

static FLAC__StreamDecoderWriteStatus on_write(const FLAC__StreamDecoder *decoder, const FLAC__Frame *frame,
                                               const FLAC__int32 *const buffer[], void *data) {
  (void)decoder;
  (void)buffer;
  ((struct decoding *)data)->frames += frame->header.blocksize;
  return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void on_error(const FLAC__StreamDecoder *decoder, FLAC__StreamDecoderErrorStatus status, void *data) {
  (void)decoder;
  (void)status;
  ((struct decoding *)data)->complaints++;
}

/** libFLAC's decoder, which was not there at the beginning, has nothing to complain of from any frame on. */
static void flac_is_joined_anywhere(void) {
  struct packet_encoder *encoder = create_flac();
  float samples[2 * 480 * 50];
  for (int i = 0; i < 480 * 50; i++)
    samples[2 * i] = samples[2 * i + 1] = 0.5f * sinf((float)i * 0.13f) * (i / 480 % 3 ? 1.0f : 0.0f);
  struct packets packets = room(OUT_BYTES, PACKETS);
  CHECK(encode(encoder, samples, 480 * 50, &packets) && packets.count == 50, "%zu packets", packets.count);
  encoder->destroy(encoder);
  for (size_t first = 0; first < packets.count; first++) {
    size_t start = first > 0 ? packet_ends[first - 1] : 0;
    struct decoding decoding = {.bytes = packet_bytes + start, .left = packet_ends[packets.count - 1] - start};
    FLAC__StreamDecoder *decoder = FLAC__stream_decoder_new();
    FLAC__stream_decoder_init_stream(decoder, on_read, NULL, NULL, NULL, NULL, on_write, NULL, on_error, &decoding);
    CHECK(FLAC__stream_decoder_process_until_end_of_stream(decoder), "it gave up");
    CHECK(decoding.complaints == 0, "%d complaints from frame %zu on", decoding.complaints, first);
    CHECK(decoding.frames == 480 * (packets.count - first), "%zu frames from %zu on", decoding.frames, first);
    FLAC__stream_decoder_delete(decoder);
  }
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
  mp3_survives_any_number();
  packets_are_made(create_opus);
  packets_are_made(create_resampled_opus);
  packets_are_made(create_flac);
  packets_are_made(create_restless_flac);
  settings_are_refused();
  pages_are_made();
  flac_is_joined_anywhere();
  files_are_read(count > 1 ? arguments[1] : ".");
  return 0;
}
