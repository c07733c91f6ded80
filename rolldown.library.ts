import { build } from 'rolldown';

/** The npm package's program in `lib`; `tsconfig.package.json` adds its declarations. */
await build({
  input: { index: 'src/index.ts' },
  platform: 'node',
  // Packages are installed with it, but for the helpers that the target needs.
  external: /^[a-z@](?!oxc-project)/,
  transform: { target: 'node22' },
  output: {
    dir: 'lib',
    cleanDir: true,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  },
});
