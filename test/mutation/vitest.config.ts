import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import config from '../../vitest.config.ts';

const FOLDERS = '{agent,ecs,prefect[0-9]}';

/** Most mutants are killed by the first unit test; no test is run after it. */
class UnitTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isUnit = ({ moduleId }: TestSpecification) => moduleId.includes('/unit/');
    return Promise.resolve([...files.filter(isUnit), ...files.filter((file) => !isUnit(file))]);
  }
}

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
    sequence: { sequencer: UnitTestsFirst },
  },
});
