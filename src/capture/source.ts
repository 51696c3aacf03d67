import type { CaptureOptions, CaptureStatus, Granted } from '../native.ts';
import type { Block } from '../pcm.ts';
import type { Problem } from '../programme/programme.ts';

/** Takes what a source delivers. */
export interface SourceSink {
  block(block: Block): void;
  /** The source is over, and why; nothing follows. Not called after `close`. */
  ended(problem: Problem): void;
}

/** Where PCM comes from, once. A source that ended is not started again: the supervisor makes a new one. */
export interface Source {
  kind: 'alsa' | 'demo' | 'file';
  /** What it is, for people: a device name, a path. */
  name: string;
  start(sink: SourceSink): void;
  /** Ends it at once; harmless when it has ended. */
  close(): void;
  /** Facts for the status. */
  facts(): SourceFacts;
}

/** What a source tells of itself. The ALSA fields are absent for the others. */
export interface SourceFacts {
  asked?: CaptureOptions;
  granted?: Granted;
  realtime?: CaptureStatus['realtime'];
  xruns?: number;
  suspends?: number;
  lostFrames?: CaptureStatus['lostFrames'];
}

/** Thrown where a source cannot be made: a wish that the world does not grant at the moment. */
export class SourceUnavailable extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = 'SourceUnavailable';
    this.problem = problem;
  }
}
