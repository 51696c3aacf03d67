import { reportCounts } from './setup/test-counts.mjs';

export default {
  extensions: ['ts'],
  files: ['test/**/*.test.ts'],
  timeout: '3m',
  // Most of these tests listen in real time; two files at once on two cores would be heard.
  concurrency: 1,
  nonSemVerExperiments: { observeRunsFromConfig: true },
  observeRun: reportCounts,
};
