import { once } from 'node:events';
import type { Link, Side } from './link.ts';

/** What the kernel's own tool, `ss` of iproute2, says of one established TCP connection. */
export interface KernelView {
  readonly peerPort: number;
  readonly rttMs: number;
  /** Retransmitted segments since it began. */
  readonly retransmits: number;
  /** Sent but not acknowledged, segments. */
  readonly unackedSegments: number;
  /** In the send buffer and never sent, bytes. */
  readonly unsentBytes: number;
  /** Everything in the send buffer, sent or not, bytes. */
  readonly sendQueueBytes: number;
}

/** Asks for all connections of one local port on one side of a link. */
export async function kernelViews(link: Link, side: Side, localPort: number): Promise<KernelView[]> {
  const asked = link.run(side, 'ss', [...'-t -i -n -H -O state established'.split(' '), `sport = :${localPort}`]);
  const [code] = await once(asked.child, 'close');
  if (code !== 0) throw new Error(`ss ended with exit code ${code}: ${asked.output()}`);
  const lines = asked.output().split('\n');
  return lines.filter((line) => line !== '').map(viewOf);
}

function viewOf(line: string): KernelView {
  // Receive queue, send queue, local address, peer's address, and then words with or without a value.
  const [, sendQueue = '', , peer = ''] = line.trim().split(/\s+/);
  const number = (pattern: RegExp) => Number(pattern.exec(line)?.[1] ?? 0);
  return {
    peerPort: Number(peer.split(':').at(-1)),
    rttMs: number(/ rtt:([\d.]+)/),
    retransmits: number(/ retrans:\d+\/(\d+)/),
    unackedSegments: number(/ unacked:(\d+)/),
    unsentBytes: number(/ notsent:(\d+)/),
    sendQueueBytes: Number(sendQueue),
  };
}
