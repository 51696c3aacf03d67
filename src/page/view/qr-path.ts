/** Modules of white that a QR code needs around itself (ISO/IEC 18004). */
export const QUIET_ZONE = 4;

/** The dark modules as the path of an SVG, one unit each; runs in a row are one piece, so that no seams are seen. */
export function qrPath(rows: readonly (readonly boolean[])[]): string {
  let path = '';
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      let end = x;
      while (row[end]) end++;
      path += `M${x + QUIET_ZONE} ${y + QUIET_ZONE}h${end - x}v1h${x - end}z`;
      x = end;
    }
  }
  return path;
}
