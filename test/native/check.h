#ifndef BOARDFEED_TEST_CHECK_H
#define BOARDFEED_TEST_CHECK_H

#include <stdio.h>
#include <stdlib.h>

/** Ends the test program with a message when something does not hold. */
#define CHECK(holds, ...)                                                                                              \
  do {                                                                                                                 \
    if (!(holds)) {                                                                                                    \
      fprintf(stderr, "%s:%d: %s does not hold: ", __FILE__, __LINE__, #holds);                                        \
      fprintf(stderr, __VA_ARGS__);                                                                                    \
      fputc('\n', stderr);                                                                                             \
      exit(1);                                                                                                         \
    }                                                                                                                  \
  } while (0)

#endif
