import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,integration}/**/*.test.ts'],
    testTimeout: 20_000,
  },
});
