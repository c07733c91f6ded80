export default {
  mutate: ['src/{agent,ecs,prefect[0-9]}/**/*.ts', '!**/*.d.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false, pool: 'forks' },
  coverageAnalysis: 'perTest',
  // A mutant of what is made when a module is loaded would have to be tried with every test.
  ignoreStatic: true,
  appendPlugins: ['./test/mutation/ignore-messages.mjs'],
  ignorers: ['messages'],
  // Where the tests are run: a copy without what they don't read.
  ignorePatterns: ['/.cache', '/.stryker-tmp', '/.venv', '/.serverless', '/dist', '/lib', '/docs'],
  incremental: true,
  incrementalFile: '.cache/mutation/incremental.json',
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: '.cache/mutation/report.json' },
  concurrency: 2,
  timeoutMS: 10_000,
};
