import type { IncomingHttpHeaders } from 'node:http';
import type { Format } from '../encoders/encoder.ts';

/**
 * What DLNA says of a live stream (DLNA Guidelines, part 1-1, the fourth field of protocolInfo; the bits are those of the
 * primary flags):
 * the box sets the pace (31), it has no fixed beginning (27) and no fixed end (26), it is for playing while it is transferred (24),
 * all that by the rules of version 1.5 (20). It is not for transfer in the background (22), nor may a player stop reading in order
 * to pause (21): it would be removed.
 */
const LIVE_FLAGS = (2 ** 31 + 2 ** 27 + 2 ** 26 + 2 ** 24 + 2 ** 20).toString(16).toUpperCase();

/**
 * What network speakers want to be told, where they ask: that there is nothing to seek in (OP=00), nothing was converted
 * for them (CI=0), and how it is transferred, which is always the same, whatever they ask for.
 */
export function dlnaHeaders(asked: IncomingHttpHeaders, { dlnaProfile }: Format): Record<string, string> {
  const wantsFeatures = asked['getcontentfeatures.dlna.org'] === '1';
  const wantsMode = asked['transfermode.dlna.org'] !== undefined;
  const profile = dlnaProfile === undefined ? '' : `DLNA.ORG_PN=${dlnaProfile};`;
  return {
    ...(wantsFeatures && {
      'contentFeatures.dlna.org': `${profile}DLNA.ORG_OP=00;DLNA.ORG_CI=0;DLNA.ORG_FLAGS=${LIVE_FLAGS}${'0'.repeat(24)}`,
    }),
    ...((wantsFeatures || wantsMode) && { 'transferMode.dlna.org': 'Streaming' }),
  };
}
