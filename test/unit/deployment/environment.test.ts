import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import * as yaml from 'yaml';
import { DEPLOYED_SETTINGS } from '../../../src/deployment/known-parameters.ts';
import { settingsTable } from '../../../src/settings/settings-table.ts';

/** What the functions get where the deployment has something of its own to say. */
const OWN: Readonly<Record<string, string>> = {
  PREFECT__CLOUD__AGENT__ECS__CLUSTER: '${self:custom.cluster}',
  PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN: '${self:custom.executionRole}',
  PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION: '${self:custom.taskDefinition}',
  PREFECT__CLOUD__AGENT__CONTROL_TABLE: '${self:service}-${sls:stage}-control',
  PREFECT__CLOUD__AGENT__POLL_FUNCTION: '${self:service}-${sls:stage}-poll',
};

test('the functions get every setting that makes sense under Lambda, from the parameter of its name', async () => {
  const environment = yaml.parse(await readFile('infra/environment.yml', 'utf8')) as Record<string, string>;
  // One that has Prefect's name and is no setting is a slip of the pen.
  const isSetting = (name: string) => Object.hasOwn(settingsTable, name) || name.startsWith('PREFECT');
  const settings = Object.entries(environment).filter(([name]) => isSetting(name));
  const expected = Object.keys(settingsTable)
    .filter((name) => DEPLOYED_SETTINGS.includes(name) || name in OWN)
    .map((name) => [name, OWN[name] ?? `\${param:${name}, ''}`]);
  const where = 'infra/environment.yml has each setting, but for NOT_DEPLOYED in known-parameters.ts';
  expect(settings, where).toEqual(expected);
});
