import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type CaptureOptions, type CaptureStatus, native } from '../../src/native.ts';

/** What to capture, and until when. */
export interface CaptureTask {
  options: Partial<CaptureOptions> & { device: string };
  /** Ends after so many blocks, if the capture does not end before. */
  blocks: number;
  /** Holds the event loop up for so long after the first block. */
  sleepMs?: number;
  /** Does it in so many workers at once instead of here. */
  workers?: number;
}

/** What was found. */
export interface CaptureReport {
  status: CaptureStatus;
  blocks: number;
  wakes: number;
  /** Wakes with neither a block nor a new status. */
  idleWakes: number;
  lostFrames: number;
  /** First sample of each channel. */
  first: number[];
  /** Blocks whose index is not where the one before ended, plus what was lost. */
  jumps: number;
  /** Whether times grow with the index, to within what a busy machine may shift them. */
  timesGrow: boolean;
  /** Samples that are not the card's counter at their frame index. */
  wrongSamples: number;
  /** Block lengths that were seen. */
  lengths: number[];
}

const defaults = {
  rateHz: 48000,
  channels: [1, 2],
  periodMs: 10,
  bufferMs: 200,
  stallMs: 500,
  ringMs: 1000,
  convertRate: false,
};

/** What the scripted card's counter shows, see scripted_card.c. */
function counter(frame: number, channel: number, bits: number): number {
  const half = 2 ** (bits - 1);
  return ((16 * frame + channel) % (2 * half)) / half - 1;
}

function capture(task: CaptureTask): Promise<CaptureReport> {
  const options = { ...defaults, ...task.options };
  const width = options.channels.length;
  const samples = new Float32Array(96000 * width);
  const facts = new Float64Array(3);
  const lengths = new Set<number>();
  const report = { blocks: 0, wakes: 0, idleWakes: 0, lostFrames: 0, jumps: 0, wrongSamples: 0, timesGrow: true };
  let first: number[] = [];
  let next = 0;
  let origin = Number.NaN;
  let state = '';
  return new Promise((resolve) => {
    const takeBlock = (frames: number, cardBits: number) => {
      const [index = 0, timeMs = 0, lost = 0] = facts;
      if (report.blocks++ === 0) first = [...samples.subarray(0, width)];
      if (index !== next + lost) report.jumps++;
      next = index + frames;
      report.lostFrames += lost;
      lengths.add(frames);
      const began = timeMs - (index * 1000) / options.rateHz;
      if (Number.isNaN(origin)) origin = began;
      if (Math.abs(began - origin) > options.bufferMs) report.timesGrow = false;
      for (let i = 0; i < frames; i++)
        for (let c = 0; c < width; c++) {
          const expected = counter(index + i, (options.channels[c] ?? 0) - 1, cardBits);
          if (samples[i * width + c] !== expected) report.wrongSamples++;
        }
    };
    const wake = () => {
      report.wakes++;
      const status = native.captureStatus(handle);
      let news = status.state !== state;
      state = status.state;
      const bits = status.granted?.format === 'S16_LE' ? 16 : 24;
      for (let frames = 1; frames > 0 && report.blocks < task.blocks; ) {
        frames = native.captureRead(handle, samples, facts);
        if (frames <= 0) break;
        news = true;
        takeBlock(frames, bits);
        if (report.blocks === 1 && task.sleepMs)
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, task.sleepMs);
      }
      if (!news) report.idleWakes++;
      if (status.state !== 'ended' && report.blocks < task.blocks) return;
      const last = native.captureStatus(handle);
      native.captureClose(handle);
      resolve({ ...report, first, lengths: [...lengths], status: last });
    };
    const handle = native.captureOpen(options, wake);
  });
}

/** The same in several workers at once. */
function captureInWorkers(task: CaptureTask, count: number): Promise<CaptureReport[]> {
  const one = () =>
    new Promise<CaptureReport>((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: task });
      let report: CaptureReport;
      worker.on('message', (message) => (report = message));
      worker.on('error', reject);
      worker.on('exit', (code) => (code === 0 ? resolve(report) : reject(new Error(`worker exited with ${code}`))));
    });
  return Promise.all(Array.from({ length: count }, one));
}

if (!isMainThread) {
  parentPort?.postMessage(await capture(workerData));
} else {
  const task: CaptureTask = JSON.parse(process.argv[2] ?? '');
  const reports = task.workers ? await captureInWorkers(task, task.workers) : [await capture(task)];
  process.stdout.write(JSON.stringify(reports));
}
