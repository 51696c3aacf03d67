/** What the kernel knows of a TCP connection (tcp(7), linux/tcp.h), as far as it concerns a listener. */
export interface KernelTruth {
  /** Bytes acknowledged since the wire was made; negative while earlier ones are under way. */
  readonly ackedBytes: number;
  /** How much more the listener's machine is willing to take, bytes. */
  readonly windowBytes: number;
  /** That machine moves the end of its window in steps that may be as large, bytes. */
  readonly windowStepBytes: number;
  /** Bytes that lie in our kernel and were not sent. */
  readonly unsentBytes: number;
  /** Bytes that were sent and not acknowledged. */
  readonly unackedBytes: number;
  /** Segments that were sent again, since the connection was made. */
  readonly retransmits: number;
  /** Segments that the listener's machine has although one before them is missing. */
  readonly beyondGap: number;
  /** Smoothed round-trip time, ms. */
  readonly rttMs: number;
  /** Time since the last acknowledgement, ms. */
  readonly sinceAckMs: number;
}

/** The way of bytes into one listener's connection. */
export interface Wire {
  /**
   * Offers the bytes of `chunk` from `from` on, without waiting, and returns how many were taken. The rest is to be offered
   * again later.
   *
   * @throws when nothing can be sent any more, or when the answer of what is below cannot be true
   */
  send(chunk: Buffer, from: number): number;
  /** Bytes that were taken but wait on our side of the kernel, where they cannot be taken back. */
  readonly heldBytes: number;
  /** Undefined when the kernel cannot be asked. */
  truth(): KernelTruth | undefined;
  /** Lets go of the connection, whose socket is then its owner's again. May be called twice. */
  close(): void;
}
