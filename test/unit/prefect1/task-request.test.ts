import { describe, expect, test } from 'vitest';
import { flowCommand } from '../../../src/prefect1/flow-command.ts';
import { FlowRunError } from '../../../src/errors.ts';
import type { Prefect1FlowRun } from '../../../src/prefect1/flow-run.ts';
import { buildTaskRequest, type NamedDefinition } from '../../../src/prefect1/task-request.ts';
import {
  contentOf,
  ecs,
  ecsRun,
  environmentOf,
  flowOverride,
  role,
  run,
  settings,
} from '../../support/task-request.ts';

test('a run without a run config becomes the genuine agent’s default task', () => {
  const request = buildTaskRequest(run(null), settings());
  expect(contentOf(request)).toEqual({
    networkMode: 'awsvpc',
    cpu: '1024',
    memory: '2048',
    requiresCompatibilities: ['FARGATE'],
    containerDefinitions: [
      {
        name: 'flow',
        image: 'prefecthq/prefect:1.4.1',
        environment: [{ name: 'PREFECT__CONTEXT__IMAGE', value: 'prefecthq/prefect:1.4.1' }],
      },
    ],
  });
  expect(request.runTask).toMatchObject({
    launchType: 'FARGATE',
    networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-a'] } },
    tags: [
      { key: 'prefect:flow-run-id', value: 'run-1' },
      { key: 'prefect:flow-run-name', value: 'brave-lynx' },
      { key: 'prefect:flow-id', value: 'flow-1' },
      { key: 'prefect:flow-name', value: 'etl' },
      { key: 'prefect:flow-version', value: '3' },
    ],
  });
  expect(flowOverride(request)?.command).toEqual(['/bin/sh', '-c', 'prefect execute flow-run']);
  expect(environmentOf(request)).toEqual({
    PREFECT__LOGGING__LEVEL: 'INFO',
    PREFECT__CLOUD__SEND_FLOW_RUN_LOGS: 'true',
    PREFECT__CLOUD__USE_LOCAL_SECRETS: 'false',
    PREFECT__ENGINE__FLOW_RUNNER__DEFAULT_CLASS: 'prefect.engine.cloud.CloudFlowRunner',
    PREFECT__BACKEND: 'cloud',
    PREFECT__CLOUD__API: 'https://api.prefect.io',
    PREFECT__CONTEXT__FLOW_RUN_ID: 'run-1',
    PREFECT__CONTEXT__FLOW_ID: 'flow-1',
    PREFECT__CLOUD__API_KEY: '',
    PREFECT__CLOUD__AUTH_TOKEN: '',
    PREFECT__CLOUD__TENANT_ID: '',
    PREFECT__CLOUD__AGENT__LABELS: `['prod', "it's"]`,
    PREFECT__LOGGING__LOG_TO_CLOUD: 'true',
  });
});

test('runs that differ in nothing but themselves share a definition', () => {
  const a = buildTaskRequest(run(null), settings());
  const b = buildTaskRequest({ ...run(null, { id: 'flow-2', name: 'other' }), id: 'run-2' }, settings());
  expect(contentOf(a)).toEqual(contentOf(b));
});

describe('run configs', () => {
  test('UniversalRun sets the environment and nothing else (conformance 40)', () => {
    const request = buildTaskRequest(run({ type: 'UniversalRun', env: { A: 'B' }, cpu: '256' }), settings());
    expect(environmentOf(request)['A']).toBe('B');
    expect(request.runTask.overrides).not.toHaveProperty('cpu');
  });

  test('ECSRun sets image, size, roles and arguments', () => {
    const request = buildTaskRequest(
      run(
        ecsRun({
          image: 'example.com/etl:1',
          cpu: '1 vcpu',
          memory: '2 GB',
          task_role_arn: role('task'),
          execution_role_arn: role('execution'),
          run_task_kwargs: { cluster: 'mine', platformVersion: '1.4.0' },
        }),
      ),
      ecs({ cluster: 'agents', taskRoleArn: role('agent') }),
    );
    expect(contentOf(request).containerDefinitions?.[0]?.image).toBe('example.com/etl:1');
    expect(request.runTask).toMatchObject({
      cluster: 'mine',
      platformVersion: '1.4.0',
      overrides: {
        cpu: '1 vcpu',
        memory: '2 GB',
        taskRoleArn: role('task'),
        executionRoleArn: role('execution'),
      },
    });
  });

  test.each<[string, unknown, string]>([
    [
      'another platform (conformance 40)',
      { type: 'LocalRun' },
      'Flow run run-1 has a `run_config` of type `LocalRun`, only `ECSRun` is supported',
    ],
    ['no type', {}, 'has a `run_config` of type `undefined`'],
    ['a number for an image', ecsRun({ image: 1 }), 'Flow run run-1, run_config: image: expected a string'],
    ['a number in the environment', ecsRun({ env: { A: 1 } }), 'run_config: env.A: expected a string'],
    ['two definitions', ecsRun({ task_definition: {}, task_definition_arn: 'x' }), 'Can only provide one of'],
    ['an image beside an ARN', ecsRun({ image: 'x', task_definition_arn: 'x' }), 'Cannot provide both'],
    [
      'overrides that are text',
      ecsRun({ run_task_kwargs: { overrides: 'x' } }),
      'run_config: run_task_kwargs.overrides: expected object, got string',
    ],
    [
      'containers that are none',
      ecsRun({ task_definition: { containerDefinitions: ['flow'] } }),
      'run_config: task_definition.containerDefinitions[0]: expected object, got string',
    ],
    [
      'a misspelt argument of RunTask',
      ecsRun({ run_task_kwargs: { overrides: { containerOveride: [] } } }),
      'run_config: run_task_kwargs.overrides.containerOveride: unknown field; did you mean containerOverrides?',
    ],
    [
      'a member in the SDK’s other case',
      ecsRun({ task_definition: { ContainerDefinitions: [], Nonsense: 1 } }),
      'task_definition.ContainerDefinitions: unknown field; did you mean containerDefinitions?; ' +
        'task_definition.Nonsense: unknown field',
    ],
    [
      'a number where boto3 wants text',
      ecsRun({ run_task_kwargs: { tags: [{ key: 'team', value: 7 }] } }),
      'run_config: run_task_kwargs.tags[0].value: expected string, got number',
    ],
    [
      'null, which boto3 takes for no type',
      ecsRun({ run_task_kwargs: { cluster: null } }),
      'run_config: run_task_kwargs.cluster: expected string, got null',
    ],
    [
      'the task definition among the arguments of RunTask',
      ecsRun({ run_task_kwargs: { taskDefinition: 'etl:4' } }),
      'run_task_kwargs.taskDefinition: set by the agent',
    ],
    [
      'more tasks than one',
      ecsRun({ run_task_kwargs: { count: 2 } }),
      'run_config: run_task_kwargs.count: expected 1, got 2; a flow run is one task',
    ],
    ['labels that are null', ecsRun({ labels: null }), 'run_config: labels: expected a list'],
  ])('%s fails the run with the field’s name', (_, config, message) => {
    const build = () => buildTaskRequest(run(config as Prefect1FlowRun['runConfig']), settings());
    expect(build).toThrow(FlowRunError);
    expect(build).toThrow(message);
  });
});

describe('a definition that is registered', () => {
  const pinned = (described: NamedDefinition['described']) =>
    buildTaskRequest(run(ecsRun({ task_definition_arn: 'etl:4' })), ecs({ taskRoleArn: role('agent') }), {
      described,
    });

  test('is run as it is', () => {
    expect(pinned({}).taskDefinition).toEqual({ kind: 'arn', arn: 'etl:4' });
  });

  test('keeps its own role before the agent’s', () => {
    expect(pinned({ taskRoleArn: role('own') }).runTask.overrides?.taskRoleArn).toBe(role('own'));
    expect(pinned({}).runTask.overrides?.taskRoleArn).toBe(role('agent'));
  });

  test('is refused with Docker storage, whose image it can’t have', () => {
    const docker = { storage: { type: 'Docker', image_name: 'etl', image_tag: '1' } };
    expect(() => buildTaskRequest(run(ecsRun({ task_definition_arn: 'etl:4' }), docker), settings())).toThrow(
      'Cannot provide `task_definition_arn` when using `Docker` storage',
    );
  });
});

describe('the environment, the later wins', () => {
  test('log level, agent, run config, and what the flow run needs', () => {
    const request = buildTaskRequest(
      run(
        ecsRun({
          env: { B: 'run', PREFECT__CONTEXT__FLOW_RUN_ID: 'forged', PREFECT__LOGGING__LEVEL: 'DEBUG' },
          run_task_kwargs: {
            overrides: {
              containerOverrides: [
                {
                  name: 'flow',
                  environment: [
                    { name: 'C', value: 'kwargs' },
                    { name: 'B', value: 'kwargs' },
                  ],
                },
              ],
            },
          },
        }),
      ),
      settings({ agent: { labels: [], envVars: { A: 'agent', B: 'agent' }, noCloudLogs: false } }),
    );
    expect(environmentOf(request)).toMatchObject({
      A: 'agent',
      B: 'run',
      C: 'kwargs',
      PREFECT__LOGGING__LEVEL: 'DEBUG',
      PREFECT__CONTEXT__FLOW_RUN_ID: 'run-1',
    });
  });

  test.each([
    [false, undefined, 'true'],
    [false, 'false', 'false'],
    [true, undefined, 'false'],
    [true, 'true', 'false'],
  ])('logs: agent off %s, run config %s: sent %s (conformance 48)', (noCloudLogs, own, sent) => {
    const env = own === undefined ? {} : { PREFECT__CLOUD__SEND_FLOW_RUN_LOGS: own };
    const agent = { labels: [], envVars: {}, noCloudLogs };
    const request = buildTaskRequest(run(ecsRun({ env })), settings({ agent }));
    expect(environmentOf(request)['PREFECT__CLOUD__SEND_FLOW_RUN_LOGS']).toBe(sent);
  });
});

describe('the flow container', () => {
  test('is found among several, and the others are left as they are', () => {
    const sidecar = { name: 'proxy', image: 'envoy' };
    const task_definition = { containerDefinitions: [sidecar, { name: 'flow', image: 'own:1', cpu: 10 }] };
    const [first, second] =
      contentOf(buildTaskRequest(run(ecsRun({ task_definition })), settings())).containerDefinitions ?? [];
    expect(first).toEqual(sidecar);
    expect(second).toMatchObject({ name: 'flow', image: 'own:1', cpu: 10 });
  });

  test('is added with its image where there is none', () => {
    const content = contentOf(
      buildTaskRequest(run(ecsRun({ task_definition: { family: 'mine' } })), settings()),
    );
    expect(content.containerDefinitions).toMatchObject([{ name: 'flow', image: 'prefecthq/prefect:1.4.1' }]);
    expect(content).not.toHaveProperty('family');
  });

  test.each([
    ['0.12.6', 'execute cloud-flow'],
    ['0.13.0rc1', 'execute cloud-flow'],
    [null, 'execute cloud-flow'],
    ['0.13.0', 'execute flow-run'],
    ['0.13.0+12.gabc', 'execute flow-run'],
    ['1.4.1', 'execute flow-run'],
  ])('of a flow of version %s runs prefect %s', (coreVersion, command) => {
    const request = buildTaskRequest(run(null, { coreVersion }), settings());
    expect(flowOverride(request)?.command?.[2]).toBe(`prefect ${command}`);
  });

  test('of a run that is launched ahead waits for the start time', () => {
    const nowMs = Date.parse('2026-11-23T12:00:00Z');
    const ahead = { ...run(null), startTimeMs: nowMs + 60_000 };
    const request = buildTaskRequest(ahead, settings({ clock: { now: () => nowMs } }));
    expect(flowOverride(request)?.command).toEqual(
      flowCommand('1.4.1', { startTimeMs: ahead.startTimeMs, nowMs }),
    );
  });

  test.each([
    [
      'Docker storage',
      ecsRun({ image: 'b' }),
      { type: 'Docker', registry_url: 'r.io//a/', image_name: 'etl', image_tag: '1' },
      'r.io/a/etl:1',
    ],
    [
      'the run config',
      ecsRun({ image: 'b', task_definition: { containerDefinitions: [{ name: 'flow', image: 'c' }] } }),
      { type: 'S3' },
      'b',
    ],
    [
      'the definition',
      ecsRun({ task_definition: { containerDefinitions: [{ name: 'flow', image: 'c' }] } }),
      { type: 'S3' },
      'c',
    ],
    ['Prefect', ecsRun(), { type: 'S3' }, 'prefecthq/prefect:1.4.1'],
  ])('has the image of %s', (_, config, storage, image) => {
    const content = contentOf(
      buildTaskRequest(run(config, { storage, coreVersion: '1.4.1+7.g1' }), settings()),
    );
    expect(content.containerDefinitions?.at(-1)?.image).toBe(image);
  });
});

describe('launch type and capacity provider', () => {
  const strategy = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];

  test('a strategy of the run takes the place of the agent’s launch type', () => {
    const { runTask } = buildTaskRequest(
      run(ecsRun({ run_task_kwargs: { capacityProviderStrategy: strategy } })),
      settings(),
    );
    expect(runTask.capacityProviderStrategy).toEqual(strategy);
    expect(runTask).not.toHaveProperty('launchType');
  });

  test.each([
    ['FARGATE', ['EC2']],
    [undefined, undefined],
  ] as const)(
    'a launch type of the run takes the place of the strategy of an agent with launch type %s',
    (launchType, compatibilities) => {
      const request = buildTaskRequest(
        run(ecsRun({ run_task_kwargs: { launchType: 'EC2' } })),
        ecs({ launchType, runTaskKwargs: { capacityProviderStrategy: strategy } }),
      );
      expect(request.runTask).not.toHaveProperty('capacityProviderStrategy');
      expect(request.runTask.launchType).toBe('EC2');
      // An agent without a launch type leaves it to AWS what a definition will do for.
      expect(contentOf(request).requiresCompatibilities).toEqual(compatibilities);
    },
  );

  test('where both are asked for, the strategy is what is sent, for AWS refuses both', () => {
    const { runTask } = buildTaskRequest(
      run(ecsRun({ run_task_kwargs: { launchType: 'EC2', capacityProviderStrategy: strategy } })),
      settings(),
    );
    expect(runTask.capacityProviderStrategy).toEqual(strategy);
    expect(runTask).not.toHaveProperty('launchType');
  });

  test.each([
    ['task_definition', { task_definition: {} }],
    ['task_role_arn', { task_role_arn: '', execution_role_arn: '' }],
  ])('an empty %s counts as none, as in Python', (_, fields) => {
    const own = { cpu: '512', containerDefinitions: [] };
    const request = buildTaskRequest(
      run(ecsRun(fields)),
      ecs({ taskDefinition: own, taskRoleArn: role('agent'), executionRoleArn: role('execution') }),
    );
    expect(contentOf(request)).toMatchObject({ cpu: '512', executionRoleArn: role('execution') });
    expect(request.runTask.overrides).toMatchObject({
      taskRoleArn: role('agent'),
      executionRoleArn: role('execution'),
    });
  });

  test('a storage that is none of Prefect’s fails the run before its image is looked for', () => {
    expect(() => buildTaskRequest(run(null, { storage: { type: 'Floppy' } }), settings())).toThrow(
      'flow.storage.type: expected one of Prefect 1',
    );
  });
});

test('the log of the flow’s container is told, whoever made its definition', () => {
  const options = {
    'awslogs-group': '/flows',
    'awslogs-region': 'us-east-1',
    'awslogs-stream-prefix': 'etl',
  };
  const logConfiguration = { logDriver: 'awslogs' as const, options };
  const containerDefinitions = [{ name: 'flow', logConfiguration }];
  const own = ecsRun({ task_definition: { containerDefinitions } });
  const stream = { group: '/flows', region: 'us-east-1', prefix: 'etl/flow' };
  expect(buildTaskRequest(run(own), settings()).logStream).toEqual(stream);
  const registered = run(ecsRun({ task_definition_arn: 'etl:4' }));
  const described = { containerDefinitions };
  expect(buildTaskRequest(registered, settings(), { described }).logStream).toEqual(stream);
});
