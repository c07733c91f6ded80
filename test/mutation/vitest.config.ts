import { defineConfig } from 'vitest/config';
import config from '../../vitest.config.ts';

const FOLDERS = '{agent,ecs,prefect1,prefect3}';

/** Quick tests in whose own process the four folders run: what a built function does can't kill a mutant. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: [
      `test/unit/${FOLDERS}/**/*.test.ts`,
      `test/integration/${FOLDERS}/**/*.test.ts`,
      'test/integration/{recovery/*,compose/create-agent}.test.ts',
    ],
    // It waits in a shell.
    exclude: ['test/integration/prefect1/flow-command.test.ts'],
    tags: config.test?.tags?.map((tag) => ({ ...tag, skip: true })) ?? [],
    // The SDK of AWS is imported once, not for each file.
    isolate: false,
  },
});
