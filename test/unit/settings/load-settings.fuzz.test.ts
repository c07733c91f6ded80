import fc from 'fast-check';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { SettingsError } from '../../../src/errors.ts';
import { loadHealthSettings } from '../../../src/settings/load-health-settings.ts';
import { loadSettings } from '../../../src/settings/load-settings.ts';
import { settingsTable } from '../../../src/settings/settings-table.ts';
import { anyJson, nastyText } from '../../support/arbitrary.ts';
import { fuzz } from '../../support/fuzz.ts';

const CANARY = 'pcu_canary_0123456789';
const TASK_DEFINITION = 'PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION';
const RUN_TASK_KWARGS = 'PREFECT__CLOUD__AGENT__ECS__RUN_TASK_KWARGS';

const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...Object.keys(settingsTable)) },
  fc.constantFrom('PREFECT__CLOUD__AGENT__ECS__SUBNET', 'PREFECT__CLOUD__AGENT__LABEL', 'HOME'),
);

/** Texts that settings read, and where they go wrong; the key among them, pasted or referred to. */
const text = fc.oneof(
  nastyText,
  anyJson.map((value) => JSON.stringify(value)),
  fc.constantFrom(
    CANARY,
    '$PREFECT__CLOUD__API_KEY',
    '${cloud.api_key}',
    '["$PREFECT__CLOUD__API_KEY"]',
    `{"a": ["${CANARY}"`,
    `{"${CANARY}": "${CANARY}"}`,
    `a: [${CANARY}`,
    '/etc/$PREFECT__CLOUD__API_KEY',
    's3://bucket/${cloud.api_key}',
    `https://user:${CANARY}@example.org/`,
    `arn:aws:secretsmanager:us-east-1:123456789012:${CANARY}`,
    '${${backend}.endpoint}',
    '${server.host}',
    '(((((',
    '['.repeat(60_000),
    '['.repeat(60_000) + ']'.repeat(60_000),
    `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
    `{"a": ${'['.repeat(60_000)}${']'.repeat(60_000)}}`,
    `{"containerDefinitions": ${'['.repeat(60_000)}${']'.repeat(60_000)}}`,
    `a: ${'['.repeat(5000)}`,
    "u'",
    '&a [*a, *a]',
    'true',
    '1',
    '-1',
  ),
);

/** A document that is read from a file, S3 or an address; or the reason why it is not. */
const read = fc.oneof(
  text.map((content) => (): Promise<string> => Promise.resolve(content)),
  fc.constant((place: string): Promise<string> => Promise.reject(new Error(`ENOENT: open '${place}'`))),
);

/** Settings, or the one error that may come: it names the variable, and holds no key in whatever is printed of it. */
async function expectSettingsOrNames(load: () => Promise<unknown>): Promise<void> {
  const error: unknown = await load().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return;
  if (!(error instanceof SettingsError)) throw new Error('expected a SettingsError', { cause: error });
  for (const line of error.message.split('\n'))
    expect(line).toMatch(/PREFECT_\w+|AGENT_\w+|CONTROL_\w+|HEALTH_\w+/);
  expect(inspect(error, { depth: 20, maxStringLength: null })).not.toContain(CANARY);
}

const key = { PREFECT__CLOUD__API_KEY: CANARY };
const base = { AWS_LAMBDA_FUNCTION_NAME: 'poll', ...key };

test('any text in any variable makes settings, or an error that names the variable and never shows the key', async () => {
  const environment = fc.dictionary(name, text, { minKeys: 1, maxKeys: 4 });
  await fc.assert(
    fc.asyncProperty(environment, read, fc.boolean(), async (env, document, inLambda) => {
      const all = { ...(inLambda ? base : { HOME: '/nowhere' }), ...env, ...key };
      const readers = { readFile: document, readS3: document, readHttps: document };
      await expectSettingsOrNames(() => loadSettings(all, readers));
    }),
    fuzz(600),
  );
});

test('any document is taken, or refused by the variable that holds it and the path of the field', async () => {
  await fc.assert(
    fc.asyncProperty(anyJson, anyJson, async (definition, kwargs) => {
      const documents = {
        [TASK_DEFINITION]: JSON.stringify(definition),
        [RUN_TASK_KWARGS]: JSON.stringify(kwargs),
      };
      await expectSettingsOrNames(() => loadSettings({ ...base, ...documents }));
    }),
    fuzz(300),
  );
});

test('any text in any variable makes settings of the health function, or an error that names the variable', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, text, { minKeys: 1, maxKeys: 3 }), async (env) => {
      await expectSettingsOrNames(async () =>
        Promise.resolve(loadHealthSettings({ ...base, ...env, ...key })),
      );
    }),
    fuzz(300),
  );
});
