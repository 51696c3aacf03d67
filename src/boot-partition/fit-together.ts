import { crossFaults } from '../config/cross-faults.ts';
import { pushSchema } from '../config/push-schema.ts';
import type { Config } from '../config/schema.ts';
import { CertificateError, readCertificate } from '../http/tls.ts';
import type { Fault } from './fault.ts';
import { shown } from './judge-value.ts';
import type { OwnKey, OwnPush, OwnSettings } from './own-settings.ts';

/** Something of the file that is taken or refused as one. */
type Piece = OwnKey | OwnPush;

const isPush = (piece: Piece): piece is OwnPush => 'keys' in piece;

/**
 * Takes of what the file wants as much as goes together, with what the box has beside it, and refuses the rest by name: first what the
 * rule itself names, if that helps.
 *
 * @param base the box's configuration as it is, without faults
 */
export function fitTogether(base: Config, wanted: OwnSettings): { settings: OwnSettings; faults: Fault[] } {
  const faultsWith = judge(base);
  const refused: Fault[] = [];
  let pieces: Piece[] = [...wanted.keys, ...wanted.pushes];
  // Each round refuses one of them.
  for (let found = faultsWith(pieces); found.length > 0 && pieces.length > 0; found = faultsWith(pieces)) {
    const [fault = ''] = found;
    const without = pieces.map((piece) => ({
      piece,
      left: faultsWith(pieces.filter((other) => other !== piece)).length,
    }));
    const least = Math.min(...without.map(({ left }) => left));
    const helping =
      least < found.length ? without.filter(({ left }) => left === least).map(({ piece }) => piece) : pieces;
    const guilty = helping.find(({ name }) => isAbout(fault, name)) ?? helping.at(-1);
    pieces = pieces.filter((piece) => piece !== guilty);
    if (guilty) refused.push(refusal(guilty, fault));
  }
  const keys = pieces.filter((piece): piece is OwnKey => !isPush(piece));
  return { settings: { keys, pushes: pieces.filter(isPush) }, faults: refused };
}

/** Whether a rule speaks of a key or of a table in the first place. */
const isAbout = (fault: string, name: string) => fault.startsWith(name) && /^[ .:,]/.test(fault.slice(name.length));

function refusal(piece: Piece, fault: string): Fault {
  if (isPush(piece))
    return {
      line: piece.line,
      words: isAbout(fault, piece.name) ? fault : `${piece.name}: not taken, because ${fault}`,
    };
  const { name, value, given } = piece;
  if (fault.startsWith(`${name} = `)) return { line: given.line, words: fault };
  return { line: given.line, words: `${name} = ${shown(value, given.known.meta)}: not taken, because of ${fault}` };
}

/** What is wrong with the box's configuration when such pieces are put into it. The certificate is read again only when it is another. */
function judge(base: Config): (pieces: readonly Piece[]) => string[] {
  const certificates = new Map<string, string[]>();
  return (pieces) => {
    const config = structuredClone(base) as Record<string, unknown> & Config;
    for (const piece of pieces) {
      if (isPush(piece)) continue;
      const { section, key } = piece.given.known;
      (config[section] as Record<string, unknown>)[key] = piece.value;
    }
    const pushes = pieces.filter(isPush);
    if (pushes.length > 0) config.push = pushes.map(({ keys }) => pushSchema.parse(keys));
    const named = crossFaults(config).map((fault) => withNames(fault, pushes));
    if (!pieces.some(({ name }) => name.startsWith('tls.')) || config.tls.certificate === '' || config.tls.key === '')
      return named;
    const files = JSON.stringify([config.tls.certificate, config.tls.key]);
    const known = certificates.get(files) ?? certificateFaults(config.tls);
    certificates.set(files, known);
    return [...named, ...known];
  };
}

/** The rules count the tables that are left; the file counts all. */
function withNames(fault: string, pushes: readonly OwnPush[]): string {
  return fault.replaceAll(/push\[(\d+)\]/g, (name, index) => pushes[Number(index) - 1]?.name ?? name);
}

/** A certificate that cannot be used would keep the box off the air. */
function certificateFaults(tls: Config['tls']): string[] {
  try {
    readCertificate(tls);
    return [];
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    return [`tls.${error.fault} = ${JSON.stringify(tls[error.fault])}: ${error.message}`];
  }
}
