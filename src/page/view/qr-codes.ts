import { breakable, element, make, write } from './dom.ts';
import type { Places } from './places.ts';
import { QUIET_ZONE, qrPath } from './qr-path.ts';
import { qrInWords, WORDS } from './words.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** Black on white whatever the page looks like: cameras expect it. */
const DARK = '#000000';
const LIGHT = '#ffffff';

let shown = '';

/** Draws the codes of both addresses; the library comes with the first of them. */
export async function showQrCodes(places: Places): Promise<void> {
  const showing = JSON.stringify([places.byName, places.byNumber]);
  if (showing === shown) return;
  shown = showing;
  const box = element('qr-codes');
  try {
    const { encode } = await import('uqr');
    if (showing !== shown) return;
    const draw = (words: string, address: string | undefined) => {
      if (address === undefined) return [];
      // The quiet zone is ours.
      return [figure(words, address, encode(address, { ecc: 'M', border: 0 }).data)];
    };
    box.replaceChildren(...draw(WORDS.byName, places.byName), ...draw(WORDS.byNumber, places.byNumber));
  } catch {
    shown = ''; // The box does not answer: the next try draws them.
    write(box, WORDS.qrFailed);
  }
}

function figure(words: string, address: string, modules: boolean[][]): HTMLElement {
  const link = make('a', '', ...breakable(address));
  link.href = address;
  return make(
    'figure',
    'code',
    drawn(address, modules),
    make('figcaption', 'code-caption', make('small', '', words), link),
  );
}

function drawn(address: string, modules: boolean[][]): SVGElement {
  const size = modules.length + 2 * QUIET_ZONE;
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', qrInWords(address));
  svg.setAttribute('shape-rendering', 'crispEdges');
  svg.append(piece(`M0 0h${size}v${size}h${-size}z`, LIGHT), piece(qrPath(modules), DARK));
  return svg;
}

function piece(outline: string, fill: string): SVGElement {
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', outline);
  path.setAttribute('fill', fill);
  return path;
}
