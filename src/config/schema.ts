import { z } from 'zod';
import { MAX_TITLE_CHARACTERS, TITLE } from '../station.ts';
import { channels, choice, flag, number, password, text } from './key.ts';
import { buttonSchema, ledSchema } from './panel-schema.ts';
import { pushSchema } from './push-schema.ts';

/** How many servers the box may send to. */
export const MAX_PUSHES = 8;

const FILE = /^[^\p{Cc}]{0,4096}$/u;
const PATH_OR = (words: string) => new RegExp(`^(${words}|file:.+)$`);

/** Everything that can be configured: the only place that knows keys, defaults, units and ranges. */
export const configSchema = z.strictObject({
  station: z
    .strictObject({
      name: text(
        'Boardfeed',
        /^[^\p{Cc}]{1,64}$/u,
        'a text of 1 to 64 characters',
        'What listeners see as the name of the feed.',
      ),
      title: text(
        '',
        TITLE,
        `a text of ${MAX_TITLE_CHARACTERS} characters at most`,
        'What is on. Players show it; empty: the name of the feed. It can be changed while the box runs (PUT /api/metadata).',
      ),
      genre: text(
        '',
        /^[^\p{Cc}]{0,64}$/u,
        'a text of 64 characters at most',
        'Shown by some players and directories.',
      ),
      url: text(
        '',
        /^(https?:\/\/[^\s\p{Cc}]{1,200})?$/u,
        'an address that begins with http:// or https://, or ""',
        "Address of the station's own page, shown by some players.",
      ),
    })
    .prefault({}),
  input: z
    .strictObject({
      source: text(
        'auto',
        PATH_OR('auto|alsa|demo'),
        '"auto", "alsa", "demo" or "file:PATH"',
        'Where the sound comes from. "auto" takes the sound card, and plays a demo signal as long as none has ever been plugged in; "alsa" takes the card or waits for it; "file:PATH" loops a sound file (WAV, FLAC, Ogg, MP3; 10 minutes at most).',
      ),
      device: text(
        'auto',
        /^[^\p{Cc}]{1,200}$/u,
        '"auto", "usb:PORT" or an ALSA name such as "hw:CARD=CODEC"',
        'Which card. "auto" takes the first that is not the board\'s own, USB cards first. "boardfeed devices" lists names and USB ports that stay the same after a restart.',
      ),
      rate_hz: choice(
        48000,
        [44100, 48000, 96000],
        'Hz',
        'Sampling rate. A card that does not offer it is opened at one that it offers.',
      ),
      channels: channels(
        [1, 2],
        'Which channels of the card are sent: [1, 2] is a stereo pair, [1] one channel, [3, 4] another pair. A card with one channel only is heard on both sides.',
      ),
      period_ms: number(
        10,
        { min: 2, max: 100, unit: 'ms' },
        'How often the card delivers. Lower is less delay and more work.',
      ),
      buffer_ms: number(
        200,
        { min: 20, max: 2000, unit: 'ms' },
        'What the card holds when the box is busy. It does not add delay.',
      ),
    })
    .prefault({}),
  programme: z
    .strictObject({
      grace_s: number(
        5,
        { min: 0, max: 3600, unit: 's', fraction: true },
        'Silence that is sent when the input is lost, before the fallback begins.',
      ),
      fallback: text(
        'silence',
        PATH_OR('silence|tone'),
        '"silence", "tone" or "file:PATH"',
        'What is sent when the input stays lost: "silence", a 440 Hz "tone", or "file:PATH", a sound file that is looped (10 minutes at most).',
      ),
      silence_dbfs: number(
        -60,
        { min: -120, max: 0, unit: 'dBFS', fraction: true },
        'Below this peak level the input counts as silent.',
      ),
      silence_after_s: number(
        10,
        { min: 0.1, max: 3600, unit: 's', fraction: true },
        'How long it must be silent before the box says so.',
      ),
    })
    .prefault({}),
  mp3: z
    .strictObject({
      enabled: flag(true, 'Offer /stream.mp3 (and /stream).'),
      bitrate_kbps: choice(128, [64, 80, 96, 112, 128, 160, 192, 224, 256, 320], 'kbit/s', 'Constant bitrate.'),
    })
    .prefault({}),
  opus: z
    .strictObject({
      enabled: flag(true, 'Offer /stream.opus: better than MP3 at the same bitrate, and with less delay.'),
      bitrate_kbps: number(
        128,
        { min: 16, max: 256, unit: 'kbit/s' },
        'Bitrate on average. It varies: what is difficult gets more, silence next to nothing.',
      ),
      complexity: number(
        5,
        { min: 0, max: 10 },
        'How much work the encoder puts into it: 10 is best, 0 takes the least of the processor.',
      ),
    })
    .prefault({}),
  flac: z
    .strictObject({
      enabled: flag(true, 'Offer /stream.flac: bit-exact like WAV, at about half the bitrate.'),
      bits: choice(16, [16, 24], 'bits', 'Sample size.'),
    })
    .prefault({}),
  wav: z
    .strictObject({
      enabled: flag(true, 'Offer /stream.wav: uncompressed, the least delay, 1.5 Mbit/s and more for each listener.'),
      bits: choice(16, [16, 24], 'bits', 'Sample size.'),
    })
    .prefault({}),
  listeners: z
    .strictObject({
      max: number(
        100,
        { min: 1, max: 10000 },
        'Most listeners at the same time, all formats together. More are told that the box is full (503).',
      ),
      max_per_address: number(
        25,
        { min: 1, max: 10000 },
        'Most listeners from one address, so that one player gone wild does not take all places. Raise it if many listen through one router that gives them all the same address. A proxy on the box itself is not counted. IPv6 addresses from outside count by their /64.',
      ),
      stall_ms: number(
        250,
        { min: 50, max: 10000, unit: 'ms' },
        'How long a listener for whom as much waits as may wait (backlog_ms) may go on taking nothing before it is removed.',
      ),
      backlog_ms: number(
        4000,
        { min: 500, max: 60000, unit: 'ms' },
        'The most sound that waits for a listener who takes nothing, or too little. A phone that loses its network for half of that misses nothing.',
      ),
      burst_ms: number(
        1000,
        { min: 0, max: 10000, unit: 'ms' },
        'How much of the recent sound a new listener gets at once, so that its player starts without delay; it then stays that far behind. A listener chooses for itself with ?burst=0 at the end of the address. Half of backlog_ms at most.',
      ),
      coalesce_ms: number(
        100,
        { min: 0, max: 1000, unit: 'ms' },
        'With many listeners, frames are sent together once in so long at most, which saves work and adds that much delay; with few, each frame is sent at once. 0 sends every frame at once, however many listen.',
      ),
      linger_s: number(
        10,
        { min: 0, max: 3600, unit: 's', fraction: true },
        'How long an encoder runs on after its last listener.',
      ),
      password: password(
        'Who listens must know it: it protects the page, the streams and the playlists. Players take it within the address, such as http://any:PASSWORD@box:8000/stream.mp3. The status stays open for monitors.',
      ),
    })
    .prefault({}),
  http: z
    .strictObject({
      host: text(
        '',
        /^[^\s/]{0,255}$/,
        'an address or a host name, or "" for all',
        'Address to listen on; "" is all of them, IPv4 and IPv6.',
      ),
      port: number(8000, { min: 1, max: 65535 }, 'TCP port.'),
      admin_password: password(
        'Who changes something from outside, such as the title, must know it. Without one nobody can. "boardfeed hash-password" makes a hash of one, so that it does not stand here.',
      ),
    })
    .prefault({}),
  tls: z
    .strictObject({
      certificate: text(
        '',
        FILE,
        'the path of a file, or ""',
        'Certificate for https (PEM, with those above it in the same file); "" for none. A renewed one is taken without a restart.',
      ),
      key: text(
        '',
        FILE,
        'the path of a file, or ""',
        'The private key of that certificate (PEM, without a passphrase).',
      ),
      port: number(8443, { min: 1, max: 65535 }, 'TCP port for https, beside that for http.'),
    })
    .prefault({}),
  health: z
    .strictObject({
      every_s: number(
        10,
        { min: 0, max: 3600, unit: 's' },
        "How often the box looks at the machine it runs on: temperature, memory, disk, clock. 0: only when the desk's page asks.",
      ),
      hot_c: number(80, { min: 40, max: 120, unit: '°C' }, 'From here on the processor counts as hot.'),
      xruns_per_hour: number(
        10,
        { min: 1, max: 100_000 },
        'So many interruptions of the sound card in an hour are said to be many.',
      ),
    })
    .prefault({}),
  push: z.array(pushSchema).max(MAX_PUSHES).default([]),
  led: ledSchema.prefault({}),
  button: buttonSchema.prefault({}),
  log: z
    .strictObject({
      level: choice('info', ['error', 'warn', 'info', 'debug'], '', 'How much is logged.'),
    })
    .prefault({}),
});

/** The whole configuration, with every default filled in. */
export type Config = z.output<typeof configSchema>;
