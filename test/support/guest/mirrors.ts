export type { Mirrors } from '../../../setup/mirrors.mjs';
export { findMirrors, parseMirrors, sourcesOf } from '../../../setup/mirrors.mjs';
