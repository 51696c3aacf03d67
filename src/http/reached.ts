import type { IncomingHttpHeaders } from 'node:http';
import { isIPv4, isIPv6, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** A request, as far as it says how it came. */
export interface Arrival {
  readonly headers: IncomingHttpHeaders;
  /** The request target as it was sent: a path, or a whole address from a client that talks as to a proxy. */
  readonly originalUrl: string;
  readonly raw: { readonly socket: Pick<Socket, 'localAddress' | 'localPort'> };
}

/** A whole address as request target (RFC 9112, 3.2.2): its authority, and the rest. */
const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;

/** The path and query of a request target, also where that is a whole address. */
export function pathOf(target: string): string {
  const rest = ABSOLUTE.exec(target)?.[2];
  if (rest === undefined) return target;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * Scheme, host and port under which a client has reached the box: `http://box.local:8000`. What the client says counts if it is
 * a plain host name or address with or without a port (RFC 9110, 7.2), else the address that the connection came to.
 * Contains nothing that could mean anything in a playlist or a header.
 */
export function originAsReached({ headers, originalUrl, raw: { socket } }: Arrival): string {
  const isTls = (socket as Partial<TLSSocket>).encrypted === true;
  const said = ABSOLUTE.exec(originalUrl)?.[1] ?? headers.host ?? '';
  const authority = plainAuthority(said) ?? localAuthority(socket, isTls ? 443 : 80);
  return `${isTls ? 'https' : 'http'}://${authority}`;
}

/** The host of an origin, without its port. */
export function hostOf(origin: string): string {
  return origin.replace(/^https?:\/\//, '').replace(/:\d+$/, '');
}

/** Host and port as they were said; undefined unless they are plainly that. */
function plainAuthority(said: string): string | undefined {
  const [, host = '', port] = /^(\[[^\]]{2,45}\]|[^:]{1,253})(?::(\d{0,5}))?$/.exec(said) ?? [];
  const isHost = host.startsWith('[') ? isIPv6(host.slice(1, -1)) && !host.includes('%') : /^[a-z0-9_.-]+$/i.test(host);
  if (!isHost || (port && (Number(port) < 1 || Number(port) > 65535))) return undefined;
  return port ? `${host}:${Number(port)}` : host;
}

/** Where a connection came to. */
function localAuthority({ localAddress = '', localPort = 0 }: Arrival['raw']['socket'], usualPort: number): string {
  const [bare = ''] = localAddress.split('%');
  const mapped = bare.replace(/^::ffff:(?=\d+\.)/i, '');
  const host = isIPv4(mapped) ? mapped : `[${bare}]`;
  return localPort === usualPort ? host : `${host}:${localPort}`;
}
