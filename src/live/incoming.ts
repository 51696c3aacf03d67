import { Receiver } from 'ws';
import type { PageReport } from './message.ts';

/** No message of a page is longer, bytes. */
const MAX_MESSAGE_BYTES = 256;

/** What a page does. */
export interface PageEvents {
  onReport(report: PageReport): void;
  /** It says goodbye, or sends what is no WebSocket. */
  onEnd(): void;
}

/**
 * Reads what a page sends (RFC 6455). The box answers nothing by itself: its bytes would land in the middle of a piece. A browser
 * sends no pings, and after its goodbye it waits for the end of the connection.
 *
 * @returns takes the bytes as they come
 */
export function readPage(events: PageEvents): (bytes: Buffer) => void {
  const receiver = new Receiver({ isServer: true, maxPayload: MAX_MESSAGE_BYTES });
  receiver.on('message', (data, isBinary) => {
    const report = isBinary ? undefined : parseReport(String(data));
    if (report) events.onReport(report);
  });
  receiver.on('conclude', () => events.onEnd());
  receiver.on('error', () => events.onEnd());
  return (bytes) => {
    if (!receiver.destroyed) receiver.write(bytes);
  };
}

/** A page's report; undefined for anything else. */
function parseReport(text: string): PageReport | undefined {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return undefined; // Nobody waits for an answer.
  }
  const { behindMs, dropouts } = (said ?? {}) as Record<string, unknown>;
  if (!isCount(behindMs) || !isCount(dropouts)) return undefined;
  return { behindMs, dropouts };
}

const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < 1e9;
