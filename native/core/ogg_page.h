#ifndef BOARDFEED_OGG_PAGE_H
#define BOARDFEED_OGG_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The longest packet that fits into one page: 255 pieces of 255 bytes, of which the last must be shorter (RFC 3533,
 * 6). */
enum { OGG_PAGE_PACKET_MAX = 255 * 255 - 1 };
/** The most that a page has before its packet, in bytes. */
enum { OGG_PAGE_HEAD_MAX = 27 + 255 };

/** What is written on a page. */
struct ogg_page_facts {
  uint32_t serial;
  uint32_t sequence;
  int64_t granule;
  /** Whether it begins the logical stream, or ends it. */
  bool first;
  bool last;
};

/** Makes a page that holds one packet. Returns the bytes written into `out`; 0 when it does not fit, or there is no
 * memory. */
size_t ogg_page_make(const struct ogg_page_facts *facts, const unsigned char *packet, size_t packet_bytes,
                     unsigned char *out, size_t out_bytes);

#endif
