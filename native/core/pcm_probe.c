#include "pcm_probe.h"

#include "alsa_words.h"
#include "pcm_open.h"
#include <string.h>

const unsigned probed_rates_hz[PROBED_RATES] = {44100, 48000, 96000};

static int ask(snd_pcm_t *pcm, struct pcm_capabilities *capabilities) {
  snd_pcm_hw_params_t *params;
  snd_pcm_hw_params_alloca(&params);
  int code = snd_pcm_hw_params_any(pcm, params);
  if (code < 0) return code;
  (void)snd_pcm_hw_params_set_rate_resample(pcm, params, 0); // where nothing converts, there is nothing to switch off
  for (int i = 0; i < PROBED_RATES; i++)
    capabilities->rates[i] = snd_pcm_hw_params_test_rate(pcm, params, probed_rates_hz[i], 0) == 0;
  for (int i = 0; i < SAMPLE_FORMATS; i++)
    capabilities->formats[i] =
        snd_pcm_hw_params_test_format(pcm, params, sample_format_alsa((enum sample_format)i)) == 0;
  code = snd_pcm_hw_params_get_channels_min(params, &capabilities->channels_min);
  if (code >= 0) code = snd_pcm_hw_params_get_channels_max(params, &capabilities->channels_max);
  return code;
}

int pcm_probe(const char *name, struct pcm_capabilities *capabilities, struct failure *failure) {
  memset(capabilities, 0, sizeof *capabilities);
  struct alsa_words words;
  alsa_words_listen(&words);
  snd_pcm_t *pcm = NULL;
  int code = pcm_open(&pcm, name);
  if (code < 0) {
    failure_set(failure, cause_of_open_error(code), code, "%s: open", name);
  } else {
    code = ask(pcm, capabilities);
    if (code < 0) failure_set(failure, cause_of_open_error(code), code, "%s: ask what the device can do", name);
    snd_pcm_close(pcm);
  }
  alsa_words_listen(NULL);
  if (code < 0) failure_append(failure, words.first);
  return code < 0 ? code : 0;
}
