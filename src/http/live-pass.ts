import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { StoredPassword } from './passwords.ts';

const COOKIE = 'boardfeed-live';

/**
 * Lets the page open its WebSocket where listeners need a password. Not every browser sends the password that it knows with a WebSocket,
 * but all send cookies: whoever got the page by the password gets one that is good for `/live` and nothing else. It stays the same
 * as long as the password does, so that pages that are open find the box again after its restart.
 */
export class LivePass {
  readonly #value: string;

  constructor(password: StoredPassword) {
    const secret = password.kind === 'plain' ? password.text : password.hash;
    this.#value = createHmac('sha256', secret).update('the live feed of the listen page').digest('base64url');
  }

  /** What the page is sent with (RFC 6265bis, 4.1). */
  header(isTls: boolean): string {
    return `${COOKIE}=${this.#value}; Path=/live; HttpOnly; SameSite=Strict${isTls ? '; Secure' : ''}`;
  }

  /** Whether a request carries it. */
  isShown({ cookie = '' }: IncomingHttpHeaders): boolean {
    const values = cookie.split('; ').filter((pair) => pair.startsWith(`${COOKIE}=`));
    const wanted = Buffer.from(this.#value);
    return values.some((pair) => {
      const shown = Buffer.from(pair.slice(COOKIE.length + 1));
      return shown.length === wanted.length && timingSafeEqual(shown, wanted);
    });
  }
}
