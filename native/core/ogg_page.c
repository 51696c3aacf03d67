#include "ogg_page.h"

#include <ogg/ogg.h>
#include <string.h>

size_t ogg_page_make(const struct ogg_page_facts *facts, const unsigned char *packet, size_t packet_bytes,
                     unsigned char *out, size_t out_bytes) {
  if (packet_bytes > OGG_PAGE_PACKET_MAX) return 0;
  ogg_stream_state stream;
  if (ogg_stream_init(&stream, (int)facts->serial) != 0) return 0;
  // A stream in the middle of its way, as far as libogg is concerned: these are what it has no call for.
  stream.pageno = (long)facts->sequence;
  stream.b_o_s = !facts->first;
  ogg_packet whole = {
      .packet = (unsigned char *)packet, // which libogg only reads
      .bytes = (long)packet_bytes,
      .e_o_s = facts->last,
      .granulepos = facts->granule,
  };
  ogg_page page;
  size_t bytes = 0;
  if (ogg_stream_packetin(&stream, &whole) == 0 && ogg_stream_flush(&stream, &page) != 0) {
    size_t head = (size_t)page.header_len;
    size_t body = (size_t)page.body_len;
    if (head + body <= out_bytes) {
      memcpy(out, page.header, head);
      memcpy(out + head, page.body, body);
      bytes = head + body;
    }
  }
  ogg_stream_clear(&stream);
  return bytes;
}
