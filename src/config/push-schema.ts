import { z } from 'zod';
import { choice, flag, requiredText, text } from './key.ts';

/** No user, no password, no query, and something after the slash. */
const MOUNT_URL = /^https?:\/\/[^\s\p{Cc}/?#@]{1,255}\/[^\s\p{Cc}?#@]{1,200}$/u;
const PASSWORD = /^[^\p{Cc}]{1,200}$/u;

/** One `[[push]]`: an Icecast server that the box sends to. */
export const pushSchema = z.strictObject({
  url: requiredText(z.url().regex(MOUNT_URL), {
    help: 'Address of the stream on that server: its mount.',
    expects:
      'an address with a mount such as "http://icecast.example.org:8000/live.mp3" (or https://), without user and password',
    example: 'http://icecast.example.org:8000/live.mp3',
  }),
  user: text('source', /^[^\p{Cc}:]{1,100}$/u, 'a text of 1 to 100 characters without ":"', 'Who the box is there.'),
  password: requiredText(z.string().regex(PASSWORD), {
    help: 'The password of that user: the source-password of Icecast, as a rule.',
    expects: 'a text of 1 to 200 characters',
    example: 'secret',
    secret: true,
  }),
  format: choice(
    'mp3',
    ['mp3', 'opus', 'flac'],
    '(not "wav": Icecast keeps its header from those who come later)',
    'What is sent. The format must be enabled.',
  ),
  name: text(
    '',
    /^[^\p{Cc}]{0,64}$/u,
    'a text of 64 characters at most',
    'Name of the feed there; empty: the name of the station.',
  ),
  description: text(
    '',
    /^[^\p{Cc}]{0,200}$/u,
    'a text of 200 characters at most',
    'A sentence about the feed, for directories.',
  ),
  public: flag(false, 'Whether the server may list the feed in public directories.'),
  ca_file: text(
    '',
    /^[^\p{Cc}]{0,1000}$/u,
    'a path, or ""',
    'For https:// only: a file with a certificate (PEM) to trust beside the usual ones, for a server that has signed its own.',
  ),
});

/** One server to send to. */
export type PushConfig = z.output<typeof pushSchema>;
