#ifndef BOARDFEED_FAILURE_H
#define BOARDFEED_FAILURE_H

/** Why a capture ended. */
enum end_cause {
  END_ABSENT,
  END_BUSY,
  END_UNPLUGGED,
  END_STALLED,
  END_REFUSED,
  END_FAILED,
  END_CLOSED,
};

/** The name of a cause in status and log. */
const char *end_cause_name(enum end_cause cause);

/** What went wrong, as the operator shall read it. */
struct failure {
  enum end_cause cause;
  /** Positive errno, or 0 when no call failed. */
  int error;
  /** Words, from the widest to the narrowest: `hw:1: set the rate to 48000 Hz: Invalid argument`. */
  char message[320];
};

/** Fills a failure; `code` is ALSA's negative errno, whose text is appended, or 0. Returns `code`. */
__attribute__((format(printf, 4, 5))) int failure_set(struct failure *failure, enum end_cause cause, int code,
                                                      const char *format, ...);

/** Puts words before the message: each layer adds its own. */
__attribute__((format(printf, 2, 3))) void failure_prefix(struct failure *failure, const char *format, ...);

/** Appends what alsa-lib said in passing; nothing when it said nothing. */
void failure_append(struct failure *failure, const char *words);

/** The cause of a negative errno that ended the opening of a device. */
enum end_cause cause_of_open_error(int code);

/** The cause of a negative errno that ended a running device. */
enum end_cause cause_of_running_error(int code);

#endif
