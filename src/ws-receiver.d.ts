import type { Writable } from 'node:stream';

declare module 'ws' {
  /** Reads frames; exported by ws 8, missing in its types. */
  export class Receiver extends Writable {
    constructor(options: { isServer: boolean; maxPayload: number });
    on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
    on(event: 'conclude', listener: (code: number, reason: Buffer) => void): this;
    on(event: string, listener: (...args: unknown[]) => void): this;
  }
}
