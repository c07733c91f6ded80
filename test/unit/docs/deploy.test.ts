import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { knownParameters } from '../../../src/deployment/known-parameters.ts';
import { DEFAULTS } from '../../../src/deployment/parameters.ts';
import { settingsTable } from '../../../src/settings/settings-table.ts';

const isSetting = (name: string) => Object.hasOwn(settingsTable, name);

test('docs/deploy.md lists every parameter that is no setting, with its default', async () => {
  const page = await readFile('docs/deploy.md', 'utf8');
  const rows = new Map(
    Array.from(page.matchAll(/^\| `(\w+)` +\| (.*?) +\|/gm), ([, name = '', unset = '']) => [name, unset]),
  );
  const names = (await knownParameters()).filter((name) => !isSetting(name));
  expect([...rows.keys()].filter((name) => !isSetting(name)).sort()).toEqual(names.sort());
  for (const [name, value] of Object.entries(DEFAULTS))
    expect(rows.get(name)?.replaceAll('`', '')).toBe(String(value));
});
