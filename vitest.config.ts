import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { 'serverless-prefect-agent': fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    include: ['test/{unit,integration,simulation}/**/*.test.ts'],
    testTimeout: 20_000,
    tags: [{ name: 'slow', description: 'Waits for seconds of real time' }],
  },
});
