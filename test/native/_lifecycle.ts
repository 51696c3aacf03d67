import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { native } from '../../src/native.ts';

/** Where in the life of a capture the process ends, and how. */
export interface LifecycleTask {
  stage: 'opening' | 'opened' | 'reading' | 'closing' | 'closed' | 'failed' | 'hanging' | 'job' | 'thrown';
  end: 'exit' | 'natural' | 'worker exit' | 'worker terminate' | 'worker natural';
}

const devices = {
  opening: 'slow',
  opened: 'card',
  reading: 'card',
  closing: 'card',
  closed: 'card',
  failed: 'busy',
  hanging: "card:FAULTS='hang@2400+50000'",
  job: 'slow',
  thrown: 'card',
};

/** Brings a capture to the stage; the result closes it. */
async function reach(stage: LifecycleTask['stage']): Promise<() => void> {
  if (stage === 'job') {
    void native.probeDevice('slow'); // left to itself
    void native.mixerChange('slow', { name: 'Mic', index: 0, gain: 1 });
    return () => {};
  }
  const options = { rateHz: 48000, channels: [1, 2], periodMs: 10, bufferMs: 200, stallMs: 60000, ringMs: 1000 };
  const samples = new Float32Array(960);
  const facts = new Float64Array(3);
  let blocks = 0;
  let closed = false;
  const reached = Promise.withResolvers<void>();
  const wake = () => {
    if (closed) throw new Error('woken after the close');
    const { state } = native.captureStatus(capture);
    while (native.captureRead(capture, samples, facts) > 0) blocks++;
    if (stage === 'thrown' && blocks > 0) throw new Error('thrown by wake');
    if (state === 'ended' || (blocks >= 1 && stage === 'hanging') || blocks >= 5) reached.resolve();
    if (state === 'running' && stage === 'opened') reached.resolve();
  };
  const capture = native.captureOpen({ ...options, device: devices[stage], convertRate: false }, wake);
  const close = () => {
    closed = true;
    native.captureClose(capture);
    native.captureClose(capture);
  };
  if (stage !== 'opening') await reached.promise;
  if (stage === 'hanging') await new Promise((resolve) => setTimeout(resolve, 500)); // the card hangs after 50 ms of sound
  if (stage === 'closing' || stage === 'closed') close();
  if (stage === 'closed') while (native.captureStatus(capture).state !== 'ended') await new Promise(setImmediate);
  return close;
}

async function inWorker(task: LifecycleTask): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { workerData: task });
  const exited = once(worker, 'exit');
  await once(worker, 'message'); // the stage is reached
  if (task.end === 'worker terminate') await worker.terminate();
  await exited;
}

if (!isMainThread) {
  const task: LifecycleTask = workerData;
  const close = await reach(task.stage);
  parentPort?.postMessage('reached');
  if (task.end === 'worker exit') process.exit(0);
  if (task.end === 'worker natural') close();
} else {
  const task: LifecycleTask = JSON.parse(process.argv[2] ?? '');
  process.on('uncaughtException', (error) => {
    process.stdout.write(`uncaught: ${error.message}\n`);
    process.exit(0);
  });
  if (task.end.startsWith('worker')) {
    await inWorker(task);
  } else {
    const close = await reach(task.stage);
    if (task.end === 'exit') process.exit(0);
    close();
  }
  process.stdout.write('ended\n');
}
