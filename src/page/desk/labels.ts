/** Words for keys, by section of the configuration. */
type BySection = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What keys are called on the page. One that is missing here is called after its name. */
const LABELS: BySection = {
  station: {
    name: 'Name of the feed',
    title: 'Title',
    url: "Address of the station's page",
  },
  input: {
    source: 'Where the sound comes from',
    device: 'Sound card',
    rate_hz: 'Sampling rate',
    channels: 'Channels of the card',
    period_ms: 'Length of a delivery',
    buffer_ms: 'Buffer of the card',
  },
  programme: {
    grace_s: 'Silence before the fallback',
    fallback: 'When the input is lost, send',
    silence_dbfs: 'Silent below',
    silence_after_s: 'Silent after',
  },
  mp3: {
    enabled: 'MP3',
    bitrate_kbps: 'MP3 bitrate',
  },
  opus: {
    enabled: 'Opus',
    bitrate_kbps: 'Opus bitrate',
    complexity: 'Opus effort',
  },
  flac: {
    enabled: 'FLAC',
    bits: 'FLAC sample size',
  },
  wav: {
    enabled: 'WAV',
    bits: 'WAV sample size',
  },
  listeners: {
    max: 'Most listeners',
    max_per_address: 'Most from one address',
    stall_ms: 'Patience with a stalled listener',
    backlog_ms: 'Most sound that waits for one',
    burst_ms: 'Sound at the start',
    coalesce_ms: 'Sent together',
    linger_s: 'An encoder runs on for',
  },
  health: {
    every_s: 'Look at the machine every',
    hot_c: 'Hot from',
    xruns_per_hour: 'Many interruptions in an hour',
  },
  led: {
    kind: 'Lamp',
    pin: 'Pin of the lamp',
    active_low: 'The lamp is alight when its pin is low',
    chip: 'GPIO chip of the lamp',
    name: 'Lamp of the board',
  },
  button: {
    enabled: 'Button',
    pin: 'Pin of the button',
    active_low: 'Its pin is low while it is pressed',
    chip: 'GPIO chip of the button',
    long_press_s: 'Pressed for long from',
  },
  log: {
    level: 'How much is logged',
  },
};

/** Words of the configuration in those of people. */
const WORDS: Readonly<Record<string, string>> = {
  'input.source auto': 'Automatic',
  'input.source alsa': 'Sound card',
  'input.source demo': 'Demo signal',
  'programme.fallback silence': 'Silence',
  'programme.fallback tone': 'A tone',
  'led.kind auto': 'Automatic',
  'led.kind gpio': 'On a pin',
  'led.kind kernel': 'That of the board',
  'led.kind off': 'None',
};

/** What people at a desk need to know of a key, where the configuration says more than that, or no more than the label. */
const HELP: BySection = {
  input: {
    device: 'Automatic takes the first one that is plugged in.',
  },
  station: {
    title: 'What players show as being on. Empty: the name of the feed.',
  },
  mp3: {
    bitrate_kbps: '',
  },
  opus: {
    bitrate_kbps: 'On average: what is difficult gets more.',
  },
  flac: {
    bits: '',
  },
  wav: {
    bits: '',
  },
  programme: {
    fallback: 'Until the input is back. A sound file is repeated.',
  },
};

/** What a field is called. */
export function labelOf(name: string): string {
  const words = name.slice(name.indexOf('.') + 1).replaceAll('_', ' ');
  return find(LABELS, name) ?? `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** What one of the values of a field is called. */
export function wordOf(name: string, value: string): string {
  return WORDS[`${name} ${value}`] ?? value;
}

/** What is said of a field: the configuration's own words, unless there are simpler ones. */
export function helpOf(name: string, help: string): string {
  return find(HELP, name) ?? help;
}

function find(words: BySection, name: string): string | undefined {
  const [section = '', key = ''] = name.split('.');
  return words[section]?.[key];
}
