import type { PushConfig } from '../config/push-schema.ts';

/** An Icecast server to send to, and what is said of the feed there. */
export interface PushTarget {
  /** Its address, without user and password: may be shown. */
  readonly url: string;
  readonly secure: boolean;
  /** Name or IP address. */
  readonly host: string;
  readonly port: number;
  /** Path of the stream on the server, as it stands in a request. */
  readonly mount: string;
  /** Value of the header that says who asks (RFC 7617, in UTF-8). Secret. */
  readonly authorization: string;
  /** Name of the feed; empty: that of the station. */
  readonly name: string;
  readonly description: string;
  /** Whether directories may list it. */
  readonly isPublic: boolean;
  /** File with certificates to trust beside the usual ones; empty when there is none. */
  readonly caFile: string;
}

/** What a `[[push]]` means. */
export function pushTarget(config: PushConfig): PushTarget {
  const { href, protocol, hostname, port, pathname } = new URL(config.url);
  const secure = protocol === 'https:';
  return {
    url: href,
    secure,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || (secure ? 443 : 80),
    mount: pathname,
    authorization: `Basic ${Buffer.from(`${config.user}:${config.password}`).toString('base64')}`,
    name: config.name,
    description: config.description,
    isPublic: config.public,
    caFile: config.ca_file,
  };
}
