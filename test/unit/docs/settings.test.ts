import { expect, test } from 'vitest';
import type { SettingName } from '../../../src/settings/setting-value.ts';
import { settingsTable } from '../../../src/settings/settings-table.ts';

const names = Object.keys(settingsTable) as SettingName[];

const PAGE = `# Settings

Each setting is an environment variable of the functions and of the command line. An empty one counts as not set. Lists and maps are read as JSON or as a Python literal.

All are parameters of a deployment too, by the same names, but for those that hold a key or an auth string in plain text, those that say where Prefect's files are, \`PREFECT__CLOUD__AGENT__AGENT_ADDRESS\`, and \`…CONTROL_TABLE\` and \`…POLL_FUNCTION\`, which a deployment sets itself. It has defaults of its own for three of them: [deploy.md](deploy.md).

Outside Lambda, the files \`config.toml\`, \`backend.toml\` and \`auth.toml\` of Prefect 1 are read as well, below the environment. Prefect 3's profiles are not.

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
