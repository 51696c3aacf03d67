#ifndef BOARDFEED_ALSA_WORDS_H
#define BOARDFEED_ALSA_WORDS_H

/** Room for the first thing that alsa-lib says. */
struct alsa_words {
  char first[160];
};

/**
 * From here on, what alsa-lib would print on stderr from this thread is kept in `words` (the first line, which is the
 * closest to the reason) or thrown away when `words` is NULL. A device that is tried again every second would else fill
 * the journal.
 */
void alsa_words_listen(struct alsa_words *words);

#endif
