import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import * as yaml from 'yaml';
import { NOT_DEPLOYED } from '../../../infra/not-deployed.ts';
import type { SettingName } from '../../../src/settings/setting-value.ts';
import { settingsTable } from '../../../src/settings/settings-table.ts';

/** The deployment sets it. */
const OWN_NAMES: readonly SettingName[] = [
  'PREFECT__CLOUD__AGENT__CONTROL_TABLE',
  'PREFECT__CLOUD__AGENT__POLL_FUNCTION',
];

const names = Object.keys(settingsTable) as SettingName[];

const PAGE = `# Settings

Each setting is an environment variable of the functions and of the command line, and a parameter of the same name for \`serverless deploy\`. An empty one counts as not set. A deployment has defaults of its own for three of them: [deploy.md](deploy.md). Lists and maps are read as JSON or as a Python literal.

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
  expect(deployed).toEqual(names.filter((name) => !NOT_DEPLOYED.includes(name) || OWN_NAMES.includes(name)));
});
