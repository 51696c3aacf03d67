/* The mixer over the scripted card of cards.conf. */
#include "../../native/core/mixer.h"

#include "check.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** The element of that name and index; `*elements` is to be freed. */
static struct mixer_element *find(const char *card, const char *name, unsigned index, struct mixer_element **elements) {
  struct failure failure;
  int count = mixer_read(card, elements, &failure);
  CHECK(count >= 0, "%s", failure.message);
  for (int i = 0; i < count; i++)
    if (strcmp((*elements)[i].name, name) == 0 && (*elements)[i].index == index) return &(*elements)[i];
  return NULL;
}

static void tells_what_concerns_capture(void) {
  struct mixer_element *elements;
  struct mixer_element *mic = find("card", "Mic", 0, &elements);
  CHECK(mic && mic->has_gain && mic->gain_min == 0 && mic->gain_max == 31, "the range");
  CHECK(mic->channels == 2 && mic->gains[0] == 10 && mic->gains[1] == 12, "each channel's");
  CHECK(mic->has_db && mic->millibels_min == -1600 && mic->millibels_max == 3050, "in dB");
  CHECK(mic->millibels[0] == -100 && mic->millibels[1] == 200, "each channel's in dB");
  CHECK(mic->has_switch && mic->on && mic->option_count == 0, "a switch, and no choice");
  free(elements);
  struct mixer_element *line = find("card", "Line", 1, &elements);
  CHECK(line && line->channels == 1 && line->gains[0] == 5 && line->gain_min == -5, "the second of one name");
  CHECK(!line->has_db && !line->has_switch, "neither dB nor a switch");
  free(elements);
  struct mixer_element *filter = find("card", "Filter", 0, &elements);
  CHECK(filter && filter->option_count == 3 && filter->option == 1, "a choice");
  CHECK(strcmp(filter->options[2], "120 Hz") == 0 && !filter->has_gain && !filter->has_switch, "nothing else");
  free(elements);
  struct mixer_element *digital = find("card", "Digital", 0, &elements);
  CHECK(digital && digital->has_switch && !digital->on && !digital->has_gain, "a switch that is off");
  free(elements);
  CHECK(!find("card", "PCM", 0, &elements), "what plays only is left out");
  free(elements);
}

static void changes_one(void) {
  struct failure failure;
  struct mixer_element *elements;
  struct mixer_change change = {.name = "Mic", .sets_gain = true, .gain = 31};
  CHECK(mixer_change("card", &change, &failure) == 0, "%s", failure.message);
  struct mixer_element *mic = find("card", "Mic", 0, &elements);
  CHECK(mic->gains[0] == 31 && mic->gains[1] == 31 && mic->on, "all channels, and nothing else");
  free(elements);
  change = (struct mixer_change){.name = "Mic", .sets_switch = true, .on = false, .sets_gain = true, .gain = 0};
  CHECK(mixer_change("card", &change, &failure) == 0, "%s", failure.message);
  mic = find("card", "Mic", 0, &elements);
  CHECK(mic->gains[1] == 0 && !mic->on, "both at once");
  free(elements);
  change = (struct mixer_change){.name = "Line", .index = 1, .sets_gain = true, .gain = -3};
  CHECK(mixer_change("card", &change, &failure) == 0, "%s", failure.message);
  CHECK(find("card", "Line", 0, &elements)->gains[0] == -5, "not its namesake");
  free(elements);
  CHECK(find("card", "Line", 1, &elements)->gains[0] == -3, "but itself");
  free(elements);
  change = (struct mixer_change){.name = "Filter", .sets_option = true, .option = 2};
  CHECK(mixer_change("card", &change, &failure) == 0, "%s", failure.message);
  CHECK(find("card", "Filter", 0, &elements)->option == 2, "chosen");
  free(elements);
}

static void refuses(struct mixer_change change, int error) {
  struct failure failure;
  int code = mixer_change("card", &change, &failure);
  CHECK(code == -error && failure.error == error, "%s: %d", change.name, code);
  CHECK(strstr(failure.message, change.name), "\"%s\" does not name it", failure.message);
}

static void fails(const char *card, int error, const char *words) {
  struct failure failure;
  struct mixer_element *elements;
  CHECK(mixer_read(card, &elements, &failure) == -error, "%s: errno %d: %s", card, failure.error, failure.message);
  CHECK(strstr(failure.message, words), "%s: \"%s\" does not say \"%s\"", card, failure.message, words);
  struct mixer_change change = {.name = "Mic", .sets_gain = true, .gain = 1};
  CHECK(mixer_change(card, &change, &failure) == -error, "%s: change: %s", card, failure.message);
}

int main(void) {
  tells_what_concerns_capture();
  changes_one();
  refuses((struct mixer_change){.name = "Mic", .sets_gain = true, .gain = 32}, EINVAL);
  refuses((struct mixer_change){.name = "Mic", .sets_gain = true, .gain = -1}, EINVAL);
  refuses((struct mixer_change){.name = "Digital", .sets_gain = true, .gain = 0}, EINVAL);
  refuses((struct mixer_change){.name = "Line", .sets_switch = true, .on = true}, EINVAL);
  refuses((struct mixer_change){.name = "Filter", .sets_option = true, .option = 3}, EINVAL);
  refuses((struct mixer_change){.name = "Mic", .sets_option = true, .option = 0}, EINVAL);
  refuses((struct mixer_change){.name = "PCM", .sets_gain = true, .gain = 1}, ENOENT);
  refuses((struct mixer_change){.name = "Mic", .index = 1, .sets_gain = true, .gain = 1}, ENOENT);
  fails("no such card", ENOENT, "open the mixer: No such file or directory (Invalid CTL no such card)");
  fails("hw:CARD=NOSUCHCARD", ENODEV, "NOSUCHCARD");
  fails("busy", EBUSY, "busy: open the mixer: Device or resource busy");
  fails("unplugged", ENODEV, "unplugged: load the mixer: No such device");
  struct failure failure;
  struct mixer_change change = {.name = "Mic", .sets_gain = true, .gain = 7};
  CHECK(mixer_change("readonly", &change, &failure) == -EPERM, "%s", failure.message);
  CHECK(strcmp(failure.message, "readonly: set Mic,0: Operation not permitted") == 0, "%s", failure.message);
  return 0;
}
