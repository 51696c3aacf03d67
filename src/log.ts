import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';

export type { Logger };

/** Makes the log: one line a message, for people, on stdout. systemd's journal adds the time itself. */
export function createLog(level: string): Logger {
  const underJournal = process.env.JOURNAL_STREAM !== undefined;
  const pretty = prettyFactory({
    colorize: process.stdout.isTTY === true,
    ignore: underJournal ? 'pid,hostname,time' : 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
  });
  return pino({ level }, { write: (line: string) => void process.stdout.write(pretty(line)) });
}
