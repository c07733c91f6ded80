import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('a poll with plain settings loads no AWS client, no YAML and no TOML parser', async () => {
  const { metafile } = await build({
    entryPoints: ['src/settings/load-settings.ts', 'src/settings/api-key.ts'],
    outdir: 'dist',
    bundle: true,
    format: 'esm',
    splitting: true,
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const packages = (kind: string) =>
    imports.filter((found) => found.external && found.kind === kind && !found.path.startsWith('node:'));
  expect(packages('import-statement')).toEqual([]);
  expect(packages('dynamic-import').map(({ path }) => path)).toContain('yaml');
});
