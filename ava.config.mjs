import { reportCounts } from './setup/test-counts.mjs';

export default {
  extensions: ['ts'],
  files: ['test/**/*.test.ts', '!test/system/{package,image}/**'],
  // Without any result: the longest single test listens to an Icecast that dies five times, for about three minutes.
  timeout: '8m',
  // Most of these tests listen in real time; two files at once on two cores would be heard.
  concurrency: 1,
  nonSemVerExperiments: { observeRunsFromConfig: true },
  observeRun: reportCounts,
};
