import type { SourceStatus } from '../capture/supervisor.ts';
import type { ConditionName } from '../desk/contract.ts';
import type { ProgrammeStatus } from '../programme/programme.ts';

/** What the status file tells. */
export interface StatusFacts {
  /** Name of the feed. */
  readonly name: string;
  readonly version: string;
  /** Where the box can be opened, by name first. */
  readonly addresses: readonly string[];
  readonly programme: Pick<ProgrammeStatus, 'state' | 'level' | 'problem'>;
  /** What plays when the input stays lost. */
  readonly fallback: string;
  readonly source: { readonly kind?: SourceStatus['kind']; readonly wanted: string };
  /** Whether something stands still that must not. */
  readonly standsStill: boolean;
  readonly conditions: readonly ConditionName[];
}

/** Why there is no sound from the input, by the cause in the status. */
const CAUSES: Readonly<Record<string, string>> = {
  absent: 'No sound card is plugged in.',
  busy: 'Another program uses the sound card.',
  unplugged: 'The sound card was unplugged.',
  stalled: 'The sound card delivers nothing.',
  refused: 'The sound card cannot do what is set.',
  failed: 'The sound card failed.',
  file: 'The sound file cannot be played.',
};

const FALLBACKS: Readonly<Record<string, string>> = { silence: 'silence', tone: 'a tone', file: 'a recording' };

/** In words without figures: what changes by itself would be written again and again. */
const CONDITIONS: Readonly<Record<ConditionName, string>> = {
  'data made anew': "the card's data could not be repaired and was made anew: settings are those of boardfeed.toml",
  'under-voltage': 'the power supply is too weak',
  hot: 'the processor is too hot',
  throttled: 'the processor has been slowed down',
  'many xruns': 'the sound card is interrupted often',
  'card clock off': 'the clock of the sound card is far off: sound gets lost',
  'memory low': 'little memory is left',
  'disk low': 'little room is left on the card',
  'clock not set': 'the time of the day is not known: no time server was reached',
  'watchdog not armed': 'a machine that hangs will not start itself anew',
};

/**
 * How the box is, for somebody who has nothing but its card or its console: who it is, where to open it, what is heard, what is wrong.
 * The text is the same as long as the box is: no times, no figures, and loudness only where somebody should act.
 */
export function statusText(facts: StatusFacts): string {
  const { name, version, addresses, standsStill, conditions } = facts;
  const lines = [
    `${name} (Boardfeed ${version})`,
    '',
    'Open in a browser of the same network:',
    ...addresses.map((address) => `  ${address}`),
    ...(addresses.every((address) => address.includes('.local'))
      ? ['  (the network has given it no address yet)']
      : []),
    '',
    stateWords(facts),
    ...(standsStill ? ['Attention: something in the box stands still; it will restart itself.'] : []),
    ...conditions.map((condition) => `Attention: ${CONDITIONS[condition]}.`),
  ];
  return `${lines.map((line) => line.replaceAll(/\p{Cc}/gu, ' ')).join('\n')}\n`;
}

function stateWords({ programme: { state, level, problem }, fallback, source: { kind, wanted } }: StatusFacts): string {
  if (state === 'live') {
    if (kind === 'demo') return `On air with a demo signal${wanted === 'demo' ? '' : ': no sound card is plugged in'}.`;
    if (level === 'zeros')
      return 'On air, but the sound card delivers not even noise: is its input muted, or the mixer off?';
    return level === 'silent' ? 'On air, but the input is silent: is a fader down?' : 'On air.';
  }
  if (state === 'starting' && !problem) return 'Starting: there is no input yet.';
  const cause = CAUSES[problem?.cause ?? ''] ?? 'There is no input.';
  return `${cause} Listeners hear ${FALLBACKS[fallback] ?? fallback} until it is back.`;
}
