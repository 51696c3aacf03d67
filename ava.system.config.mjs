import common from './ava.config.mjs';

/** The tests that start a machine: minutes each, so they have a command of their own, `npm run test:system`. */
export default {
  ...common,
  files: ['test/system/package/**/*.test.ts'],
  // Without any result: an emulated machine starts, installs and crashes a good deal slower than a real one.
  timeout: '20m',
};
