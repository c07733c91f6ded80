import { describe, expect, test } from 'vitest';
import { FlowRunError, SettingsError } from '../../../src/errors.ts';
import { buildTaskRequest, type NamedDefinition } from '../../../src/prefect1/task-request.ts';
import { Secret } from '../../../src/secret.ts';
import {
  contentOf,
  ecs,
  ecsRun,
  environmentOf,
  flowOverride,
  role,
  run,
  SECRET_ARN,
  settings,
  withSecret,
} from '../../support/task-request.ts';

const NAMES = ['PREFECT__CLOUD__API_KEY', 'PREFECT__CLOUD__AUTH_TOKEN'] as const;

const plain = NAMES.map((name) => ({ name, value: 'forged' }));
const secrets = [{ name: 'PREFECT__CLOUD__API_KEY', valueFrom: 'arn:own' }];

describe('a key in a secret', () => {
  test('is named in the definition and is nowhere else (conformance 50)', () => {
    const request = buildTaskRequest(run(null), withSecret());
    expect(contentOf(request).containerDefinitions?.[0]?.secrets).toEqual(
      NAMES.map((name) => ({ name, valueFrom: SECRET_ARN })),
    );
    for (const name of NAMES) expect(environmentOf(request)).not.toHaveProperty(name);
    expect(environmentOf(request)['PREFECT__CLOUD__TENANT_ID']).toBe('tenant-1');
  });

  test('keeps its names out of the environment of the definition and of the run', () => {
    const request = buildTaskRequest(
      run(
        ecsRun({
          env: { PREFECT__CLOUD__API_KEY: 'forged', A: 'B' },
          task_definition: { containerDefinitions: [{ name: 'flow', environment: plain }] },
          run_task_kwargs: { overrides: { containerOverrides: [{ name: 'flow', environment: plain }] } },
        }),
      ),
      withSecret({
        agent: { labels: [], envVars: { PREFECT__CLOUD__AUTH_TOKEN: 'forged' }, noCloudLogs: false },
      }),
    );
    expect(JSON.stringify(request)).not.toContain('forged');
    expect(environmentOf(request)).toMatchObject({ A: 'B' });
    expect(contentOf(request).containerDefinitions?.[0]?.secrets?.map(({ name }) => name)).toEqual(NAMES);
  });

  test('takes the place of one that the template names, and leaves its other secrets', () => {
    const other = { name: 'DB', valueFrom: 'arn:db' };
    const task_definition = { containerDefinitions: [{ name: 'flow', secrets: [...secrets, other] }] };
    const request = buildTaskRequest(run(ecsRun({ task_definition })), withSecret());
    expect(contentOf(request).containerDefinitions?.[0]?.secrets).toEqual([
      ...NAMES.map((name) => ({ name, valueFrom: SECRET_ARN })),
      other,
    ]);
  });

  test.each([
    ['the settings', {}, { executionRoleArn: role('execution') }],
    ['the run config', { execution_role_arn: role('execution') }, {}],
    ['the task definition', { task_definition: { executionRoleArn: role('execution') } }, {}],
    ['the arguments', { run_task_kwargs: { overrides: { executionRoleArn: role('execution') } } }, {}],
  ])('is read with the role of %s', (_, fields, change) => {
    const { key } = withSecret();
    const request = buildTaskRequest(run(ecsRun(fields)), { ...ecs(change), key });
    expect(contentOf(request).executionRoleArn).toBe(role('execution'));
    expect(request.runTask.overrides?.executionRoleArn).toBe(role('execution'));
  });

  test('without any role is the agent’s misconfiguration', () => {
    const build = () => buildTaskRequest(run(null), settings({ key: withSecret().key }));
    expect(build).toThrow(SettingsError);
    expect(build).toThrow('Set PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN');
  });
});

test('a key that is given as it is goes to the flow run as it is (conformance 50)', () => {
  const key = { kind: 'value', value: new Secret('pcu_1') } as const;
  expect(environmentOf(buildTaskRequest(run(null), settings({ key })))).toMatchObject({
    PREFECT__CLOUD__API_KEY: 'pcu_1',
    PREFECT__CLOUD__AUTH_TOKEN: 'pcu_1',
    PREFECT__CLOUD__TENANT_ID: 'tenant-1',
  });
});

test.each([
  ['no key', { kind: 'none' } as const],
  ['a key in plain text', { kind: 'value', value: new Secret('pcu_1') } as const],
])('a template that gives the key by a secret is enough for an agent with %s', (_, key) => {
  const task_definition = { containerDefinitions: [{ name: 'flow', secrets }] };
  const request = buildTaskRequest(run(ecsRun({ task_definition })), settings({ key }));
  for (const name of NAMES) expect(environmentOf(request)).not.toHaveProperty(name);
});

describe('a definition that is registered', () => {
  const pinned = (described: NamedDefinition['described'], change = withSecret()) =>
    buildTaskRequest(run(ecsRun({ task_definition_arn: 'etl:4' })), change, { described });

  test.each(NAMES)('gives the key by its own secret %s', (name) => {
    const request = pinned({
      containerDefinitions: [{ name: 'flow', secrets: [{ name, valueFrom: 'arn:own' }] }],
    });
    for (const variable of NAMES) expect(environmentOf(request)).not.toHaveProperty(variable);
  });

  test('without one is refused, with the lines to add', () => {
    const build = () => pinned({ containerDefinitions: [{ name: 'flow' }] });
    expect(build).toThrow(FlowRunError);
    expect(build).toThrow(
      [
        `{"name":"PREFECT__CLOUD__API_KEY","valueFrom":"${SECRET_ARN}"},`,
        `  {"name":"PREFECT__CLOUD__AUTH_TOKEN","valueFrom":"${SECRET_ARN}"}`,
      ].join('\n'),
    );
  });

  test.each([
    ['no role, which ECS asks for to register the lines', {}, true],
    ['a role of its own', { executionRoleArn: role('own') }, false],
  ])('with %s: `executionRoleArn` is among what is missing: %s', (_, own, mentioned) => {
    const build = () => pinned({ containerDefinitions: [{ name: 'flow' }], ...own });
    expect(build).toThrow(mentioned ? /and with an `executionRoleArn`/ : /[^`]$/);
  });

  test.each([
    [true, new Secret('pcu_1'), 'pcu_1'],
    [true, undefined, undefined],
    [false, new Secret('pcu_1'), undefined],
  ])('plain text allowed %s, key known %s: given %s', (plaintextApiKey, value, given) => {
    const key = { kind: 'secret', arn: SECRET_ARN, value } as const;
    const build = () =>
      pinned({ containerDefinitions: [{ name: 'flow' }] }, { ...ecs({ plaintextApiKey }), key });
    if (given === undefined) expect(build).toThrow(FlowRunError);
    else expect(environmentOf(build())).toMatchObject({ PREFECT__CLOUD__API_KEY: given });
  });

  test('without a container `flow` is refused, with the containers that it has', () => {
    const build = () => pinned({ containerDefinitions: [{ name: 'app' }, { name: 'proxy' }] });
    expect(build).toThrow(FlowRunError);
    expect(build).toThrow('expected a container called `flow` in etl:4, got `app`, `proxy`');
  });

  test('is never given a secret by RunTask', () => {
    const request = pinned({ containerDefinitions: [{ name: 'flow', secrets }] });
    expect(flowOverride(request)).not.toHaveProperty('secrets');
  });
});
