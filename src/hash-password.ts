import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ConfigError } from './config/config.ts';
import { hashPassword } from './http/passwords.ts';

/**
 * Reads a password, from the keyboard without showing it, else the first line of stdin, and returns its hash for the
 * configuration. Throws `ConfigError` when the password is none.
 */
export async function askAndHash(): Promise<string> {
  const typed = process.stdin.isTTY ? await askTwice() : await firstLine();
  return hashPassword(typed).catch((error: Error) => {
    throw new ConfigError([`hash-password: ${error.message}`]);
  });
}

/** Asks on stderr, so that stdout has the hash alone. What is typed goes nowhere, from before the first question on. */
async function askTwice(): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  lines.once('SIGINT', () => process.exit(130));
  const ask = async (question: string) => {
    process.stderr.write(question);
    const typed = await lines.question('');
    process.stderr.write('\n');
    return typed;
  };
  try {
    const typed = await ask('Password: ');
    if ((await ask('Once more: ')) === typed) return typed;
  } finally {
    lines.close();
  }
  throw new ConfigError(['hash-password: these were two different passwords']);
}

async function firstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return '';
}
