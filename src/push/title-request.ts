import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { type DialOptions, trusted } from './dial.ts';
import { titlePath } from './request.ts';
import type { PushTarget } from './target.ts';

/** How long it may take, ms. */
const REQUEST_MS = 10_000;

/** Tells an Icecast server what is on at a mount. Rejects when it does not say that it has understood. */
export async function tellTitle(
  target: PushTarget,
  title: string,
  userAgent: string,
  { lookup, signal }: Pick<DialOptions, 'lookup' | 'signal'>,
): Promise<void> {
  const { host, port, secure, authorization } = target;
  const options = {
    ...(secure ? await trusted(target) : {}),
    host,
    port,
    lookup,
    // A connection of its own: there may not be another title for hours.
    agent: false,
    path: titlePath(target, title),
    headers: { Host: new URL(target.url).host, Authorization: authorization, 'User-Agent': userAgent },
    signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
  };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const request = (secure ? secureRequest : plainRequest)(options, ({ statusCode }) => {
    if (statusCode === 200) resolve();
    else reject(new Error(`the server answers ${statusCode}`));
    request.destroy();
  });
  // After the answer it only means that we have hung up.
  request.on('error', reject);
  request.end();
  await promise;
}
