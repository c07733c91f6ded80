import { expect, test } from 'vitest';
import type { SettingName } from '../../../src/settings/setting-value.ts';
import { settingsTable } from '../../../src/settings/settings-table.ts';

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
