import { expect, test } from 'vitest';
import { readStageParameters, stageFile } from '../../../src/deployment/stage-parameters.ts';
import { stagesFolder } from '../../support/stages.ts';

const LABELS = 'PREFECT__CLOUD__AGENT__LABELS';

/** The parameters of a stage whose file says this. */
const read = async (text: string) => readStageParameters('prod', await stagesFolder({ prod: text }));

test('a stage without a file has no parameters', async () => {
  expect(await readStageParameters('prod', '/nowhere')).toEqual({});
});

test.each([
  ['nothing', '', {}],
  ['a comment', '# none yet\n', {}],
  ['text', `${LABELS}: prod,etl\n`, { [LABELS]: 'prod,etl' }],
  [
    'what YAML takes for something else',
    'memoryMb: 0x100\ndashboard: yes\n',
    { memoryMb: '0x100', dashboard: 'yes' },
  ],
  ['JSON in quotes', `${LABELS}: '["prod"]'\n`, { [LABELS]: '["prod"]' }],
  ['a block of text', `${LABELS}: |-\n  prod,\n  etl\n`, { [LABELS]: 'prod,\netl' }],
  ['a name without a value', `${LABELS}:\nalarmEmail: ""\n`, {}],
])('%s is read as --param would give it', async (_, text, parameters) => {
  expect(await read(text)).toEqual(parameters);
});

const SECRET = 'sesame';

test.each([
  [
    'a slip of the pen',
    `PREFECT__CLOUD__AGENT__LABEL: ${SECRET}`,
    /PREFECT__CLOUD__AGENT__LABEL: .*Did you mean PREFECT__CLOUD__AGENT__LABELS\?/,
  ],
  [
    'a key in plain text',
    `PREFECT__CLOUD__API_KEY: ${SECRET}`,
    /PREFECT__CLOUD__API_KEY: a key in plain text is no parameter.* in PREFECT__CLOUD__API_KEY_SECRET/,
  ],
  ['the prototype', `__proto__: ${SECRET}`, /__proto__: expected a parameter/],
  ['a list', `${LABELS}: [${SECRET}]`, /PREFECT__CLOUD__AGENT__LABELS: expected a text, got a list/],
  ['a map', `${LABELS}:\n  ${SECRET}: ${SECRET}`, /PREFECT__CLOUD__AGENT__LABELS: expected a text/],
  ['an alias', `schedule: &a ${SECRET}\n${LABELS}: *a`, /PREFECT__CLOUD__AGENT__LABELS: expected a text/],
  [
    'a name twice',
    `${LABELS}: ${SECRET}\n${LABELS}: ${SECRET}`,
    /PREFECT__CLOUD__AGENT__LABELS: expected it once/,
  ],
  ['a list of all', `- ${SECRET}`, /expected lines of `NAME: value`/],
  ['one text', SECRET, /expected lines of `NAME: value`/],
  ['no YAML', `${LABELS}: "${SECRET}`, /, line 1, column \d+: expected YAML/],
  ['two documents', `${LABELS}: a\n---\n${LABELS}: ${SECRET}`, /: expected YAML/],
])('%s is refused with the file and the place, and without the value', async (_, text, message) => {
  const error: unknown = await read(text).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'SettingsError', message: expect.stringMatching(message) as unknown });
  expect(String(error)).toMatch(/prod\.yml[:,]/);
  expect(String(error)).not.toContain(SECRET);
});

test('all that is wrong is said at once', async () => {
  await expect(read(`LABEL: a\nalarms: b\nschedule: [a]`)).rejects.toThrow(/LABEL.*\n.*alarms.*\n.*schedule/);
});

test('a stage is no path', () => {
  expect(() => stageFile('../prod', '/nowhere')).toThrow('--stage: expected letters');
});
