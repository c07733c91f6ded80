import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,integration,simulation}/**/*.test.ts'],
    testTimeout: 20_000,
  },
});
