/** Why the input is lost, in words for both pages; the box's own message stands beside them. By the cause in the status. */
export const CAUSES: Readonly<Record<string, string>> = {
  absent: 'no sound card is plugged in',
  busy: 'another program uses the sound card',
  unplugged: 'the sound card was unplugged',
  stalled: 'the sound card delivers nothing',
  refused: 'the sound card cannot do what is set',
  failed: 'the sound card failed',
  file: 'the sound file cannot be played',
};

/** What is heard when the input stays lost. */
export const FALLBACKS = { silence: 'silence', tone: 'a tone', file: 'a recording' } as const;
