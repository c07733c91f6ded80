import { describe, expect, test } from 'vitest';
import { FlowRunError, SettingsError } from '../../../src/errors.ts';
import type { TaskRequestSettings } from '../../../src/prefect3/task-request-settings.ts';
import { Secret } from '../../../src/secret.ts';
import { type Asked, ecs3, environmentOf3, pinned3, requested, withSecret3 } from '../../support/job.ts';
import { contentOf, role, SECRET_ARN } from '../../support/task-request.ts';

const secrets = [{ name: 'PREFECT_API_KEY', valueFrom: 'arn:own' }];

describe('a key in a secret', () => {
  const secretsOf = async (asked: Asked) => {
    const [container] = contentOf(await requested(asked)).containerDefinitions ?? [];
    return Object.fromEntries(
      (container?.secrets ?? []).map(({ name = '', valueFrom }) => [name, valueFrom]),
    );
  };

  test('is named in the definition and is nowhere else', async () => {
    const request = await requested({ settings: withSecret3() });
    expect(contentOf(request).executionRoleArn).toBe(role('execution'));
    expect(await secretsOf({ settings: withSecret3() })).toEqual({ PREFECT_API_KEY: SECRET_ARN });
    expect(environmentOf3(request)).not.toHaveProperty('PREFECT_API_KEY');
  });

  test.each<[string, Asked, Record<string, string>]>([
    [
      'is named by the pool before the agent',
      { jobVariables: { prefect_api_key_secret_arn: 'arn:pools' } },
      { PREFECT_API_KEY: 'arn:pools' },
    ],
    [
      'may be a key and an auth string',
      { jobVariables: { prefect_api_auth_string_secret_arn: 'arn:pools' } },
      { PREFECT_API_KEY: SECRET_ARN, PREFECT_API_AUTH_STRING: 'arn:pools' },
    ],
    ['is the job’s where it gives one', { jobVariables: { env: { PREFECT_API_KEY: 'own' } } }, {}],
    ['is nothing where the job unsets it', { jobVariables: { env: { PREFECT_API_KEY: null } } }, {}],
  ])('%s', async (_, asked, named) => {
    expect(await secretsOf({ ...asked, settings: withSecret3() })).toEqual(named);
  });

  test('without any role is the agent’s misconfiguration', async () => {
    const { key } = withSecret3();
    const asked = requested({ settings: { key } });
    await expect(asked).rejects.toThrow(SettingsError);
    await expect(asked).rejects.toThrow('Set it, or execution_role_arn in the work pool.');
  });
});

test('a key that is given as it is goes to the flow run as it is', async () => {
  const settings: Partial<TaskRequestSettings> = {
    key: { kind: 'value', value: new Secret('admin:pass') },
    keyVariable: 'PREFECT_API_AUTH_STRING',
  };
  expect(environmentOf3(await requested({ settings }))).toMatchObject({
    PREFECT_API_AUTH_STRING: 'admin:pass',
  });
});

describe('a definition that is registered', () => {
  const without = { containerDefinitions: [{ name: 'web' }] };

  test('gives the key by its own secret', async () => {
    const request = await pinned3({ containerDefinitions: [{ name: 'web', secrets }] });
    expect(environmentOf3(request, 'web')).not.toHaveProperty('PREFECT_API_KEY');
  });

  test('without one is refused, with the lines to add', async () => {
    const asked = pinned3(without);
    await expect(asked).rejects.toThrow(FlowRunError);
    await expect(asked).rejects.toThrow(`{"name":"PREFECT_API_KEY","valueFrom":"${SECRET_ARN}"}`);
  });

  test.each([
    ['no role, which ECS asks for to register the lines', {}, true],
    ['a role of its own', { executionRoleArn: role('own') }, false],
  ])('with %s: `executionRoleArn` is among what is missing: %s', async (_, own, mentioned) => {
    const asked = pinned3({ ...without, ...own });
    await expect(asked).rejects.toThrow(mentioned ? /and with an `executionRoleArn`/ : /[^`]$/);
  });

  test.each([
    [true, new Secret('pnu_1'), 'pnu_1'],
    [true, undefined, undefined],
    [false, new Secret('pnu_1'), undefined],
  ])('plain text allowed %s, key known %s: given %s', async (plaintextApiKey, value, given) => {
    const key = { kind: 'secret', arn: SECRET_ARN, value } as const;
    const asked = pinned3(without, { ...ecs3({ plaintextApiKey }), key });
    if (given === undefined) await expect(asked).rejects.toThrow(FlowRunError);
    else expect(environmentOf3(await asked, 'web')).toMatchObject({ PREFECT_API_KEY: given });
  });

  test('without the container that the job names is refused, with the containers that it has', async () => {
    const described = { containerDefinitions: [{ name: 'app' }, { name: 'proxy' }] };
    const asked = pinned3(described, {}, { container_name: 'flow' });
    await expect(asked).rejects.toThrow(FlowRunError);
    await expect(asked).rejects.toThrow('expected a container called `flow` in etl:4, got `app`, `proxy`');
  });

  test('is never given a secret by RunTask', async () => {
    const { runTask } = await pinned3({ containerDefinitions: [{ name: 'web', secrets }] });
    expect(runTask.overrides?.containerOverrides?.[0]).not.toHaveProperty('secrets');
  });
});
