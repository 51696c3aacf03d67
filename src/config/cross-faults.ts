import { pushFaults } from './push-faults.ts';
import type { Config } from './schema.ts';

/** Rules between keys, which no key can state alone. */
export function crossFaults(config: Config): string[] {
  const { input, mp3, opus, flac, wav, listeners, http, tls, led, button } = config;
  const found: string[] = [];
  if (input.buffer_ms < 2 * input.period_ms) {
    found.push(`input.buffer_ms = ${input.buffer_ms}: expected at least twice input.period_ms (${input.period_ms})`);
  }
  if (input.channels[0] === input.channels[1]) {
    found.push(
      `input.channels = [${input.channels.join(', ')}]: expected two different channels; for one, write [${input.channels[0]}]`,
    );
  }
  if (listeners.burst_ms > listeners.backlog_ms / 2) {
    found.push(
      `listeners.burst_ms = ${listeners.burst_ms}: expected at most half of listeners.backlog_ms (${listeners.backlog_ms})`,
    );
  }
  if (![mp3, opus, flac, wav].some(({ enabled }) => enabled)) {
    found.push('mp3.enabled, opus.enabled, flac.enabled, wav.enabled: expected at least one format');
  }
  if ((tls.certificate === '') !== (tls.key === '')) found.push('tls.certificate, tls.key: expected both or none');
  if (tls.certificate !== '' && tls.port === http.port) {
    found.push(`tls.port = ${tls.port}: expected another port than http.port`);
  }
  const ledOnPin = led.kind === 'auto' || led.kind === 'gpio';
  if (ledOnPin && button.enabled && led.pin === button.pin && led.chip === button.chip) {
    found.push(`button.pin = ${button.pin}: expected another pin than led.pin`);
  }
  return [...found, ...pushFaults(config)];
}
