import { parseTOML } from 'toml-eslint-parser';
import { isNamed, isPair } from '../config/toml-text.ts';
import { type FileText, roomOf, withPart } from './file-text.ts';
import type { GivenKey } from './given-keys.ts';

/** What may stand where a password stood, longest first; the last has room in the place of any. */
const comments = (key: string) => [
  `# ${key} was taken over, and is not needed here any more`,
  `# ${key}: taken over`,
  '# taken over',
];

/**
 * Puts a comment in the place of a password. It takes exactly as many bytes, so that the file need not be made anew: a FAT has no
 * journal, and what is only overwritten cannot get lost in a power cut, nor go on lying somewhere on the card. undefined: it is
 * written in a way that nothing can be taken out of.
 *
 * @param bytes of the file, of which other passwords may have been taken out already
 */
export function blotOut(bytes: Buffer, file: FileText, { known, from, to, alone }: GivenKey): Buffer | undefined {
  if (alone) {
    const room = roomOf(file, from, to);
    const comment = comments(known.key).find(({ length }) => length <= room);
    return comment === undefined ? undefined : withPart(bytes, file, from, to, comment);
  }
  const within = placeWithin(file.text.slice(from, to), known.key);
  return within && withPart(bytes, file, from + within[0], from + within[1], '');
}

/** Where a key stands in `section = { ... }`, with the comma that goes with it. There is no room for a comment. */
function placeWithin(statement: string, key: string): readonly [number, number] | undefined {
  const pair = pairsIn(statement).find((one) => isNamed(one.key, key));
  if (!pair) return undefined;
  const [from, to] = pair.range;
  const behind = /^\s*,/.exec(statement.slice(to))?.[0].length;
  if (behind !== undefined) return [from, to + behind];
  const before = /,\s*$/.exec(statement.slice(0, from))?.[0].length ?? 0;
  return [from - before, to];
}

function pairsIn(statement: string) {
  try {
    const [statements] = parseTOML(statement).body;
    const [outer] = statements.body.filter(isPair);
    return outer?.value.type === 'TOMLInlineTable' ? outer.value.body : [];
  } catch {
    return []; // The two parsers differ in what a table in one line may be.
  }
}
