import common from './ava.config.mjs';

/** The tests that start the card image in emulated machines: minutes each, so they have a command of their own, `npm run test:image`. */
export default {
  ...common,
  files: ['test/system/image/**/*.test.ts'],
  // Without any result: 30 power cuts are one test.
  timeout: '90m',
};
