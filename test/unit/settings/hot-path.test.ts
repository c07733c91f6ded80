import { build } from 'esbuild';
import { expect, test } from 'vitest';

const ENTRY = /(load-settings|api-key)\.ts$/;

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
  // What is loaded at once: the entries, and what they import by statement.
  const loaded = new Set(
    Object.keys(metafile.outputs).filter((path) => metafile.outputs[path]?.entryPoint?.match(ENTRY)),
  );
  for (const path of loaded) {
    for (const { kind, external, path: next } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) loaded.add(next);
    }
  }
  const imports = [...loaded].flatMap((path) => metafile.outputs[path]?.imports ?? []);
  const packages = imports.filter(
    ({ external, kind, path }) => external && kind === 'import-statement' && !path.startsWith('node:'),
  );
  expect(packages).toEqual([]);
  const lazy = imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => path);
  expect(lazy).toContainEqual(expect.stringContaining('parse-yaml'));
  expect(lazy).toContainEqual(expect.stringContaining('boto-arguments'));
});
