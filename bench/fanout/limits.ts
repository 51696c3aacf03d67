import { parseConfig } from '../../src/config/config.ts';

const { listeners } = parseConfig('', 'defaults');

/** What the box allows a listener unless it is configured otherwise, in ms. */
export const BOX_LIMITS = {
  stallMs: listeners.stall_ms,
  backlogMs: listeners.backlog_ms,
  lingerMs: listeners.linger_s * 1000,
};
