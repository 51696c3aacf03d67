#include "../core/flac.h"
#include "../core/ogg_page.h"
#include "../core/opus.h"
#include "addon.h"
#include <math.h>
#include <stdlib.h>

// Random, so that no other addon's objects are taken for ours.
static const napi_type_tag packets_tag = {0x6de1a4709c3b4f58, 0x91b7e02c5fd8463a};

struct js_packets {
  /** NULL once closed. */
  struct packet_encoder *encoder;
};

static void close_encoder(struct js_packets *packets) {
  if (packets->encoder) packets->encoder->destroy(packets->encoder);
  packets->encoder = NULL;
}

static void on_collected(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  struct js_packets *packets = data;
  close_encoder(packets);
  free(packets);
}

/** An object for an encoder, or an exception when there is none, with the text in `error`. */
static napi_value handle_of(napi_env env, struct packet_encoder *encoder, const char *error) {
  if (!encoder) {
    napi_throw_error(env, NULL, error);
    return NULL;
  }
  napi_value object;
  struct js_packets *packets = calloc(1, sizeof *packets);
  if (!packets || !js_wrap(env, &packets_tag, packets, on_collected, &object)) {
    encoder->destroy(encoder);
    free(packets);
    napi_throw_error(env, NULL, "no memory");
    return NULL;
  }
  packets->encoder = encoder;
  return object;
}

napi_value js_opus_open(napi_env env, napi_callback_info info) {
  napi_value argument;
  unsigned rate_hz, channels, bitrate_kbps, complexity;
  if (!js_arguments(env, info, 1, &argument) || !js_is_object(env, argument, "options") ||
      !js_get_integer(env, argument, "rateHz", 8000, 768000, &rate_hz) ||
      !js_get_integer(env, argument, "channels", 1, 2, &channels) ||
      !js_get_integer(env, argument, "bitrateKbps", 0, 10000, &bitrate_kbps) ||
      !js_get_integer(env, argument, "complexity", 0, 10, &complexity))
    return NULL;
  struct opus_options options = {
      .rate_hz = (int)rate_hz,
      .channels = (int)channels,
      .bitrate_kbps = (int)bitrate_kbps,
      .complexity = (int)complexity,
  };
  char error[160];
  return handle_of(env, opus_create(&options, error, sizeof error), error);
}

napi_value js_flac_open(napi_env env, napi_callback_info info) {
  napi_value argument;
  unsigned rate_hz, channels, bits, block_frames, level, frame_numbers;
  if (!js_arguments(env, info, 1, &argument) || !js_is_object(env, argument, "options") ||
      !js_get_integer(env, argument, "rateHz", 8000, 768000, &rate_hz) ||
      !js_get_integer(env, argument, "channels", 1, 2, &channels) ||
      !js_get_integer(env, argument, "bits", 16, 24, &bits) ||
      !js_get_integer(env, argument, "blockFrames", 16, 65535, &block_frames) ||
      !js_get_integer(env, argument, "level", 0, 8, &level) ||
      !js_get_integer(env, argument, "frameNumbers", 1, FLAC_FRAME_NUMBERS, &frame_numbers))
    return NULL;
  struct flac_options options = {
      .rate_hz = (int)rate_hz,
      .channels = (int)channels,
      .bits = (int)bits,
      .block_frames = (int)block_frames,
      .level = (int)level,
      .frame_numbers = frame_numbers,
  };
  char error[160];
  return handle_of(env, flac_create(&options, error, sizeof error), error);
}

/** The encoder of a handle that is open. */
static bool to_encoder(napi_env env, napi_value value, struct packet_encoder **encoder) {
  struct js_packets *packets;
  if (!js_unwrap(env, value, &packets_tag, "encoder", (void **)&packets)) return false;
  *encoder = packets->encoder;
  if (!*encoder) napi_throw_error(env, NULL, "the encoder is closed");
  return *encoder != NULL;
}

napi_value js_packets_facts(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct packet_encoder *encoder;
  if (!js_arguments(env, info, 1, &argument) || !to_encoder(env, argument, &encoder)) return NULL;
  const struct packet_facts *facts = &encoder->facts;
  napi_value object = js_object(env);
  js_set(env, object, "rateHz", js_number(env, facts->rate_hz));
  js_set(env, object, "packetFrames", js_number(env, (double)facts->packet_frames));
  js_set(env, object, "packetBytesMax", js_number(env, (double)facts->packet_bytes_max));
  js_set(env, object, "lookaheadFrames", js_number(env, (double)facts->lookahead_frames));
  return object;
}

napi_value js_packets_encode(napi_env env, napi_callback_info info) {
  napi_value arguments[5];
  struct packet_encoder *encoder;
  void *samples, *out, *ends;
  size_t samples_length, out_length, ends_length;
  double frames;
  if (!js_arguments(env, info, 5, arguments) || !to_encoder(env, arguments[0], &encoder) ||
      !js_to_typed_array(env, arguments[1], "samples", napi_float32_array, &samples, &samples_length) ||
      !js_to_number(env, arguments[2], "frames", 0, (double)samples_length, &frames) ||
      !js_to_typed_array(env, arguments[3], "out", napi_uint8_array, &out, &out_length) ||
      !js_to_typed_array(env, arguments[4], "ends", napi_uint32_array, &ends, &ends_length))
    return NULL;
  if (frames != floor(frames) || frames * encoder->facts.channels > (double)samples_length) {
    napi_throw_range_error(env, NULL, "frames must be a whole number, and samples hold as many frames");
    return NULL;
  }
  struct packets packets = {.out = out, .out_bytes = out_length, .ends = ends, .ends_room = ends_length};
  char error[160];
  if (!encoder->encode(encoder, samples, (size_t)frames, &packets, error, sizeof error)) {
    napi_throw_error(env, NULL, error);
    return NULL;
  }
  return js_number(env, (double)packets.count);
}

napi_value js_packets_close(napi_env env, napi_callback_info info) {
  napi_value argument;
  struct js_packets *packets;
  if (!js_arguments(env, info, 1, &argument) || !js_unwrap(env, argument, &packets_tag, "encoder", (void **)&packets))
    return NULL;
  close_encoder(packets);
  return js_undefined(env);
}

napi_value js_ogg_page(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  void *packet, *out;
  size_t packet_length, out_length;
  double granule;
  struct ogg_page_facts facts;
  if (!js_arguments(env, info, 3, arguments) || !js_is_object(env, arguments[0], "facts") ||
      !js_get_integer(env, arguments[0], "serial", 0, UINT32_MAX, &facts.serial) ||
      !js_get_integer(env, arguments[0], "sequence", 0, UINT32_MAX, &facts.sequence) ||
      !js_get_number(env, arguments[0], "granule", 0, 0x1p53, &granule) ||
      !js_get_boolean(env, arguments[0], "first", &facts.first) ||
      !js_get_boolean(env, arguments[0], "last", &facts.last) ||
      !js_to_typed_array(env, arguments[1], "packet", napi_uint8_array, &packet, &packet_length) ||
      !js_to_typed_array(env, arguments[2], "out", napi_uint8_array, &out, &out_length))
    return NULL;
  facts.granule = (int64_t)granule;
  if (packet_length > OGG_PAGE_PACKET_MAX || out_length < packet_length + OGG_PAGE_HEAD_MAX) {
    napi_throw_range_error(env, NULL, "packet must have 65024 bytes at most, and out 282 more than packet");
    return NULL;
  }
  size_t bytes = ogg_page_make(&facts, packet, packet_length, out, out_length);
  if (bytes > 0) return js_number(env, (double)bytes);
  napi_throw_error(env, NULL, "no memory");
  return NULL;
}
