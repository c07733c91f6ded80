import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import * as yaml from 'yaml';
import * as z from 'zod/mini';
import { readParameters, UNCHECKED } from '../../../infra/parameters.ts';

test('docs/deploy.md lists every parameter, with the default of serverless.yml', async () => {
  const page = await readFile('docs/deploy.md', 'utf8');
  const rows = new Map(
    Array.from(page.matchAll(/^\| `(\w+)` +\| (.*?) +\|/gm), ([, name = '', unset = '']) => [name, unset]),
  );
  const names = [...Object.keys(await readParameters(() => Promise.resolve(''))), ...UNCHECKED];
  expect([...rows.keys()].filter((name) => !name.startsWith('PREFECT__')).sort()).toEqual(names.sort());
  const service = z.object({ params: z.object({ default: z.record(z.string(), z.coerce.string()) }) });
  const defaults = service.parse(yaml.parse(await readFile('serverless.yml', 'utf8'))).params.default;
  for (const [name, value] of Object.entries(defaults))
    expect(rows.get(name)?.replaceAll('`', '')).toBe(value);
});
