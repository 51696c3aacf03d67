/** Every word of the listen page. It needs no browser, so that tests can read it. */
export const WORDS = {
  asking: 'Asking the box…',
  play: 'Play',
  stop: 'Stop',
  pressToListen: 'Press to listen',
  connecting: 'Connecting…',
  listening: 'You are listening',
  tooSlow: 'The network is too slow. It goes on by itself.',
  goesOn: 'It goes on by itself.',
  pressToGoOn: 'Press to go on',

  level: 'Level, dBFS',
  tooLoud: 'Too loud',
  left: 'L',
  right: 'R',
  levelUnknown: 'unknown',

  behind: 'Behind live',
  behindUnknown: '–',
  listeners: 'Listeners',
  volume: 'Volume',

  choice: 'How to listen',
  quick: 'Quick',
  quickFor: 'In step with the room.',
  uncompressed: 'Quick, uncompressed',
  uncompressedFor: 'The best sound. Needs a good network.',
  robust: 'Robust',
  robustFor: 'Goes on when the phone is locked. Some seconds late.',

  others: 'Other players',
  copy: 'Copy',
  copied: 'Copied',
  marked: 'Marked: now copy it',
  another: 'Another phone',
  scan: 'Scan with its camera, in the same network.',
  byName: 'By name',
  byNumber: 'By number',
  qrFailed: 'The codes could not be loaded. Close and open this to try again.',
} as const;

/** The states of the box; `cause` and `heard` come from causes.ts. */
export const STATES = {
  noAnswer: 'The box does not answer. Trying again…',
  noSoundYet: 'no sound yet',
  starting: (cause: string) => `Starting: ${cause}.`,
  lost: (cause: string) => `Input lost: ${cause}. You hear silence until it is back.`,
  fallback: (cause: string, heard: string) => `No input: ${cause}. You hear ${heard} until it is back.`,
  demo: 'Demo signal.',
  demoForWantOfCard: 'Demo signal: no sound card is plugged in.',
  silent: 'On air, but silent.',
  zeros: 'On air, but nothing comes from the mixer: not even noise.',
  clipping: 'On air, but too loud: the sound is clipping.',
  onAir: 'On air.',
} as const;

/** What is said of the level to those who do not see the meter. */
export const levelInWords = (levels: readonly string[]): string => `${levels.join(', ')} dBFS`;

/** The browser's own part of the delay. */
export const outputInWords = (ms: number): string => `${ms} ms of it in this device`;

/** Name of a QR code. */
export const qrInWords = (address: string): string => `QR code of ${address}`;

/** Name of a button that copies. */
export const copyInWords = (address: string): string => `${WORDS.copy} ${address}`;
