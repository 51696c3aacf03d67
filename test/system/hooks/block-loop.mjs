/*
 * Blocks the event loop for good at SIGUSR2, so that a test can see what becomes of a box whose loop stands still. Loaded with
 * NODE_OPTIONS=--import=/path/to/block-loop.mjs. Only for tests: it is not part of the package.
 */
process.on('SIGUSR2', () => {
  // Sleeping and not spinning: the machine has others to serve.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
