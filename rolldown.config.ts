import { build, type BuildOptions } from 'rolldown';

/** The functions as Lambda runs them: `dist/poll.mjs` and so on, and the chunks that they load when needed. */
const config: BuildOptions = {
  input: {
    poll: 'src/functions/poll.ts',
    health: 'src/functions/health.ts',
    poke: 'src/functions/poke.ts',
    'task-stopped': 'src/functions/task-stopped.ts',
  },
  platform: 'node',
  resolve: {
    // The SDK's ES modules are half the size of its CommonJS.
    mainFields: ['module', 'main'],
    // The functions only parse and print operations; for that, graphql's own code is four times as large.
    alias: { graphql: '@0no-co/graphql.web' },
  },
  transform: { target: 'node24' },
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    minify: true,
    sourcemap: true,
  },
};

export default config;

if (import.meta.main) await build(config);
