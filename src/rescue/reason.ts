/** What is known when the service has failed for good. */
export interface RescueFacts {
  /** `$MONITOR_SERVICE_RESULT` of systemd.exec(5): `exit-code`, `watchdog`, `oom-kill`, ...; undefined: nobody told. */
  readonly result: string | undefined;
  /** `$MONITOR_EXIT_STATUS`: an exit code, or the name of a signal such as `ABRT`. */
  readonly exitStatus: string | undefined;
  /** The configuration's name, for people. */
  readonly file: string;
  /** What is wrong in it now, one fault a line. */
  readonly configFaults: readonly string[];
  /** The last lines that the service wrote, oldest first. */
  readonly lastLines: readonly string[];
}

/** Why the box is off air, for the person at the desk. */
export interface Reason {
  /** One sentence. */
  readonly headline: string;
  /** What that person can do. */
  readonly advice: readonly string[];
  /** For whoever repairs it. */
  readonly details: readonly string[];
}

/** Exit codes of the box, see `main.ts`. */
const EXIT = { unavailable: '69', config: '78' };

const RESTART = 'systemctl restart boardfeed';
/** systemd refuses to start what has just failed many times. */
const RESTART_AFTER_MANY = `systemctl reset-failed boardfeed && ${RESTART}`;
const SWITCH = 'Switch the box off, wait ten seconds, and switch it on again.';

/** Says why the service has failed for good. */
export function reasonOf({ result, exitStatus, file, configFaults, lastLines }: RescueFacts): Reason {
  if (configFaults.length > 0) {
    return {
      headline: 'There is a mistake in the settings, so the box cannot go on air.',
      advice: [`Somebody has to correct ${file}, see below.`, `Then: ${RESTART}, or switch the box off and on.`],
      details: configFaults,
    };
  }
  if (exitStatus === EXIT.config) {
    return {
      headline: 'There was a mistake in the settings. They are good now.',
      advice: [`Restart the box: ${RESTART}, or switch it off and on.`],
      details: lastLines,
    };
  }
  const byHand = `Or, as its administrator: ${RESTART_AFTER_MANY}`;
  if (exitStatus === EXIT.unavailable) {
    return {
      headline: 'The box cannot have its network address: another program uses the port, or the address is not there.',
      advice: ['Check the network cable.', SWITCH, `If that does not help, look at [http] in ${file}.`, byHand],
      details: lastLines,
    };
  }
  return {
    headline: `${happened(result, exitStatus)} It was restarted several times and has now given up.`,
    advice: [SWITCH, 'If this page comes back, pass on what stands below.', byHand],
    details: lastLines,
  };
}

function happened(result: string | undefined, exitStatus: string | undefined): string {
  // The signal with which systemd ends what has not fed its watchdog.
  if (result === 'watchdog' || exitStatus === 'ABRT') return 'The program stood still again and again.';
  if (result === 'oom-kill') return 'The program ran out of memory again and again.';
  if (result === 'timeout') return 'The program did not come up in time.';
  const how = exitStatus === undefined ? '' : ` (${exitStatus})`;
  return `The program failed again and again${how}.`;
}

/** The reason as plain text. */
export function asText({ headline, advice, details }: Reason): string {
  const parts = [headline, advice.join('\n'), details.join('\n')];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The reason as a page that looks by itself whether the box is back. */
export function asHtml({ headline, advice, details }: Reason, refreshS: number): string {
  const items = advice.map((line) => `<li>${escaped(line)}</li>`).join('');
  const lines = details.length === 0 ? '' : `<pre>${escaped(details.join('\n'))}</pre>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="${refreshS}">
<title>Boardfeed is off air</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
h1 { font-size: 1.5rem }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.85rem; border: 1px solid; padding: 0.7rem }
</style>
<h1>Boardfeed is off air</h1>
<p><strong>${escaped(headline)}</strong></p>
<ul>${items}</ul>
${lines}
</html>
`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
