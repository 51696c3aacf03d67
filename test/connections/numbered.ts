/** Chunks that know their place: a length, a number, and a filling that only this number has. */

const HEAD_BYTES = 8;

/** Chunk `number`, `bytes` long (at least 8). */
export function numbered(number: number, bytes: number): Buffer {
  const chunk = Buffer.alloc(bytes, fillingOf(number));
  chunk.writeUInt32LE(bytes, 0);
  chunk.writeUInt32LE(number, 4);
  return chunk;
}

/** The number of a chunk. */
export function numberOf(chunk: Buffer): number {
  return chunk.readUInt32LE(4);
}

/** Reads a stream of numbered chunks however it was cut, and says where it is not what was sent. */
export class NumberedReader {
  /** Number of the first whole chunk; -1 before it. */
  first = -1;
  /** Number of the last whole chunk; -1 before the first. */
  last = -1;
  /** The first thing that was wrong; empty while all is well. */
  fault = '';
  #part: Buffer = Buffer.alloc(0);

  /** Bytes of a chunk that has begun and not ended. */
  get partBytes(): number {
    return this.#part.length;
  }

  push(data: Buffer): void {
    let rest = this.#part.length > 0 ? Buffer.concat([this.#part, data]) : data;
    while (this.fault === '' && rest.length >= HEAD_BYTES) {
      const bytes = rest.readUInt32LE(0);
      if (rest.length < bytes) break;
      this.#chunk(rest.subarray(0, bytes));
      rest = rest.subarray(Math.max(bytes, 1));
    }
    this.#part = Buffer.from(rest);
  }

  #chunk(chunk: Buffer): void {
    const number = chunk.readUInt32LE(4);
    if (!chunk.equals(numbered(number, chunk.length))) this.fault = `chunk ${number} is torn`;
    else if (this.last >= 0 && number !== this.last + 1) this.fault = `${number} follows ${this.last}`;
    if (this.first < 0) this.first = number;
    this.last = number;
  }
}

function fillingOf(number: number): number {
  return (number * 31 + 7) & 0xff;
}
