import { reportCounts } from './setup/test-counts.mjs';

export default {
  extensions: ['ts'],
  files: ['test/**/*.test.ts'],
  timeout: '3m',
  nonSemVerExperiments: { observeRunsFromConfig: true },
  observeRun: reportCounts,
};
