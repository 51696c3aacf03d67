/*
 * A card's mixer for the tests: an ALSA control plugin (control_external.h) with elements of each kind, whose values
 * last as long as the process. Fields of its configuration: `open_error`, `list_error` and `write_error`, positive
 * errnos that opening it, listing its elements or writing any value ends with; `open_delay_ms`.
 */
#include <alsa/asoundlib.h>
#include <alsa/control_external.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct control {
  const char *name;
  unsigned index;
  int type;
  unsigned channels;
  long min;
  long max;
  bool has_db;
};

static const struct control controls[] = {
    {"Mic Capture Volume", 0, SND_CTL_ELEM_TYPE_INTEGER, 2, 0, 31, true},
    {"Mic Capture Switch", 0, SND_CTL_ELEM_TYPE_BOOLEAN, 2, 0, 1, false},
    {"Line Capture Volume", 0, SND_CTL_ELEM_TYPE_INTEGER, 1, -5, 5, false},
    {"Line Capture Volume", 1, SND_CTL_ELEM_TYPE_INTEGER, 1, -5, 5, false},
    {"Filter Capture Enum", 0, SND_CTL_ELEM_TYPE_ENUMERATED, 1, 0, 2, false},
    {"Digital Capture Switch", 0, SND_CTL_ELEM_TYPE_BOOLEAN, 1, 0, 1, false},
    {"PCM Playback Volume", 0, SND_CTL_ELEM_TYPE_INTEGER, 2, 0, 31, false},
    {"PCM Playback Switch", 0, SND_CTL_ELEM_TYPE_BOOLEAN, 2, 0, 1, false},
};
enum { CONTROLS = sizeof controls / sizeof *controls };
static const char *const filters[] = {"Off", "80 Hz", "120 Hz"};
static long values[CONTROLS][2] = {{10, 12}, {1, 1}, {-5}, {5}, {1}};

/** -16 dB, 1.5 dB for each step (SNDRV_CTL_TLVT_DB_SCALE). */
static const unsigned int decibels[] = {1, 8, (unsigned)-1600, 150};

struct card {
  snd_ctl_ext_t ext;
  long list_error;
  long write_error;
};

static int elem_count(snd_ctl_ext_t *ext) {
  (void)ext;
  return CONTROLS;
}

static int elem_list(snd_ctl_ext_t *ext, unsigned int offset, snd_ctl_elem_id_t *id) {
  snd_ctl_elem_id_set_interface(id, SND_CTL_ELEM_IFACE_MIXER);
  snd_ctl_elem_id_set_name(id, controls[offset].name);
  snd_ctl_elem_id_set_index(id, controls[offset].index);
  return -(int)((struct card *)ext->private_data)->list_error;
}

static snd_ctl_ext_key_t find_elem(snd_ctl_ext_t *ext, const snd_ctl_elem_id_t *id) {
  (void)ext;
  for (snd_ctl_ext_key_t key = 0; key < CONTROLS; key++)
    if (strcmp(controls[key].name, snd_ctl_elem_id_get_name(id)) == 0 &&
        controls[key].index == snd_ctl_elem_id_get_index(id))
      return key;
  return SND_CTL_EXT_KEY_NOT_FOUND;
}

static int get_attribute(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, int *type, unsigned int *access,
                         unsigned int *count) {
  (void)ext;
  *type = controls[key].type;
  *count = controls[key].channels;
  *access = SND_CTL_EXT_ACCESS_READWRITE | (controls[key].has_db ? SND_CTL_EXT_ACCESS_TLV_READ : 0);
  return 0;
}

static int get_integer_info(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *min, long *max, long *step) {
  (void)ext;
  *min = controls[key].min;
  *max = controls[key].max;
  *step = 0;
  return 0;
}

static int get_enumerated_info(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, unsigned int *items) {
  (void)ext;
  *items = (unsigned)controls[key].max + 1;
  return 0;
}

static int get_enumerated_name(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, unsigned int item, char *name, size_t bytes) {
  (void)ext;
  (void)key;
  snprintf(name, bytes, "%s", filters[item]);
  return 0;
}

static int read_integer(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value) {
  (void)ext;
  memcpy(value, values[key], controls[key].channels * sizeof *value);
  return 0;
}

static int write_integer(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value) {
  memcpy(values[key], value, controls[key].channels * sizeof *value);
  return -(int)((struct card *)ext->private_data)->write_error;
}

static int read_enumerated(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, unsigned int *item) {
  (void)ext;
  *item = (unsigned)values[key][0];
  return 0;
}

static int write_enumerated(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, unsigned int *item) {
  values[key][0] = *item;
  return -(int)((struct card *)ext->private_data)->write_error;
}

static int read_event(snd_ctl_ext_t *ext, snd_ctl_elem_id_t *id, unsigned int *mask) {
  (void)ext;
  (void)id;
  (void)mask;
  return -EAGAIN;
}

static void on_close(snd_ctl_ext_t *ext) {
  free(ext->private_data);
}

static const snd_ctl_ext_callback_t callbacks = {
    .close = on_close,
    .elem_count = elem_count,
    .elem_list = elem_list,
    .find_elem = find_elem,
    .get_attribute = get_attribute,
    .get_integer_info = get_integer_info,
    .get_enumerated_info = get_enumerated_info,
    .get_enumerated_name = get_enumerated_name,
    .read_integer = read_integer,
    .write_integer = write_integer,
    .read_enumerated = read_enumerated,
    .write_enumerated = write_enumerated,
    .read_event = read_event,
};

static long field(snd_config_t *conf, const char *name) {
  snd_config_t *found;
  long value = 0;
  if (snd_config_search(conf, name, &found) >= 0) snd_config_get_integer(found, &value);
  return value;
}

SND_CTL_PLUGIN_DEFINE_FUNC(scripted) {
  (void)root;
  struct timespec delay = {.tv_nsec = field(conf, "open_delay_ms") * 1000000};
  nanosleep(&delay, NULL);
  if (field(conf, "open_error") > 0) return -(int)field(conf, "open_error");
  struct card *card = calloc(1, sizeof *card);
  if (!card) return -ENOMEM;
  card->list_error = field(conf, "list_error");
  card->write_error = field(conf, "write_error");
  card->ext.version = SND_CTL_EXT_VERSION;
  snprintf(card->ext.name, sizeof card->ext.name, "A mixer that follows a script");
  card->ext.poll_fd = -1;
  card->ext.callback = &callbacks;
  card->ext.tlv.p = decibels;
  card->ext.private_data = card;
  int code = snd_ctl_ext_create(&card->ext, name, mode);
  if (code < 0) {
    free(card);
    return code;
  }
  *handlep = card->ext.handle;
  return 0;
}

SND_CTL_PLUGIN_SYMBOL(scripted);
