/*
 * flac_count
 *
 * Decodes a native FLAC stream from stdin with libFLAC, as strictly as it can: whatever it calls an error ends in a
 * line on stderr. Samples go to stdout, interleaved, signed, little-endian, 16 bits each (the upper 16 of more). Exit
 * code 1 after any error.
 */
#include <FLAC/stream_decoder.h>
#include <stdio.h>

static int errors;

static FLAC__StreamDecoderReadStatus read_more(const FLAC__StreamDecoder *decoder, FLAC__byte *buffer, size_t *bytes,
                                               void *client) {
  (void)decoder;
  (void)client;
  *bytes = fread(buffer, 1, *bytes, stdin);
  if (ferror(stdin)) return FLAC__STREAM_DECODER_READ_STATUS_ABORT;
  return *bytes == 0 ? FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM : FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
}

static FLAC__StreamDecoderWriteStatus write_frame(const FLAC__StreamDecoder *decoder, const FLAC__Frame *frame,
                                                  const FLAC__int32 *const channels[], void *client) {
  (void)decoder;
  (void)client;
  unsigned shift = frame->header.bits_per_sample > 16 ? frame->header.bits_per_sample - 16 : 0;
  for (unsigned at = 0; at < frame->header.blocksize; at++)
    for (unsigned channel = 0; channel < frame->header.channels; channel++) {
      FLAC__int32 value = channels[channel][at] >> shift;
      putchar(value & 0xff);
      putchar((value >> 8) & 0xff);
    }
  return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void tell_error(const FLAC__StreamDecoder *decoder, FLAC__StreamDecoderErrorStatus status, void *client) {
  (void)decoder;
  (void)client;
  errors++;
  fprintf(stderr, "error: %s\n", FLAC__StreamDecoderErrorStatusString[status]);
}

int main(void) {
  FLAC__StreamDecoder *decoder = FLAC__stream_decoder_new();
  if (!decoder) return 1;
  FLAC__StreamDecoderInitStatus status =
      FLAC__stream_decoder_init_stream(decoder, read_more, NULL, NULL, NULL, NULL, write_frame, NULL, tell_error, NULL);
  if (status != FLAC__STREAM_DECODER_INIT_STATUS_OK) {
    fprintf(stderr, "error: %s\n", FLAC__StreamDecoderInitStatusString[status]);
  } else {
    if (!FLAC__stream_decoder_process_until_end_of_stream(decoder) ||
        FLAC__stream_decoder_get_state(decoder) != FLAC__STREAM_DECODER_END_OF_STREAM) {
      errors++;
      fprintf(stderr, "error: %s\n", FLAC__stream_decoder_get_resolved_state_string(decoder));
    }
    FLAC__stream_decoder_finish(decoder);
  }
  FLAC__stream_decoder_delete(decoder);
  return status != FLAC__STREAM_DECODER_INIT_STATUS_OK || errors > 0;
}
