import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import * as yaml from 'yaml';
import type { SettingName } from '../../../src/settings/setting-value.ts';
import { settingsTable } from '../../../src/settings/settings-table.ts';

/** Not for a Lambda: a process's own address, Prefect's files, and the key in plain text. */
const NOT_DEPLOYED: readonly SettingName[] = [
  'PREFECT__CLOUD__API_KEY',
  'PREFECT__CLOUD__AGENT__AUTH_TOKEN',
  'PREFECT__CLOUD__AUTH_TOKEN',
  'PREFECT__CLOUD__AGENT__AGENT_ADDRESS',
  'PREFECT_API_KEY',
  'PREFECT_API_AUTH_STRING',
  'PREFECT__HOME_DIR',
  'PREFECT__USER_CONFIG_PATH',
  'PREFECT__BACKEND_CONFIG_PATH',
];

const names = Object.keys(settingsTable) as SettingName[];

const PAGE = `# Settings

Each setting is an environment variable of the functions and of the command line, and a parameter of the same name for \`serverless deploy\`. An empty one counts as not set. Lists and maps are read as JSON or as a Python literal.

Outside Lambda, Prefect's own files \`config.toml\`, \`backend.toml\` and \`auth.toml\` are read as well, below the environment.

This page is made from \`src/settings/settings-table.ts\` by \`npx vitest run test/unit/docs -u\`.

| Setting | When it is not set | Meaning |
| --- | --- | --- |
`;

test('docs/settings.md lists every setting as the code has it', async () => {
  const rows = names.map((name) => {
    const setting = settingsTable[name];
    const unset = 'default' in setting ? `\`${setting.default}\`` : setting.whenUnset;
    return `| \`${name}\` | ${unset} | ${setting.description} |\n`;
  });
  await expect(PAGE + rows.join('')).toMatchFileSnapshot('../../../docs/settings.md');
});

test('every setting that makes sense under Lambda can be deployed', async () => {
  const environment = yaml.parse(await readFile('infra/environment.yml', 'utf8')) as Record<string, string>;
  const deployed = Object.keys(environment).filter((name) => name.startsWith('PREFECT_'));
  expect(deployed).toEqual(names.filter((name) => !NOT_DEPLOYED.includes(name)));
});
