/** The used-up part is cut off when it is this long, so that neither memory nor `shift` grows with the queue. */
const TRIM_AT = 64;

/** Chunks that wait for one listener, oldest first. It holds references: the bytes are shared with every other listener. */
export class Backlog {
  #chunks: Buffer[] = [];
  #first = 0;
  #bytes = 0;

  /** Length of everything in it, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** Takes the oldest chunk out; undefined when there is none. */
  shift(): Buffer | undefined {
    const chunk = this.#chunks[this.#first];
    if (chunk === undefined) return undefined;
    this.#first += 1;
    this.#bytes -= chunk.length;
    if (this.#first === TRIM_AT) {
      this.#chunks.splice(0, TRIM_AT);
      this.#first = 0;
    }
    return chunk;
  }
}
