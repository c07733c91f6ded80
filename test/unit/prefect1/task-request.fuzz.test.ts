import fc from 'fast-check';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { FlowRunError } from '../../../src/errors.ts';
import type { Prefect1FlowRun } from '../../../src/prefect1/flow-run.ts';
import { buildTaskRequest, type NamedDefinition } from '../../../src/prefect1/task-request.ts';
import { Secret } from '../../../src/secret.ts';
import type { TaskRequest } from '../../../src/tasks/task-request.ts';
import { anyJson, mutated, nastyText } from '../../support/arbitrary.ts';
import { fuzz } from '../../support/fuzz.ts';
import { KEY } from '../../support/prefect1.ts';
import { ecsRun, run, settings, withSecret } from '../../support/task-request.ts';

const DEFINITION = {
  cpu: 512,
  memory: '1024',
  executionRoleArn: 'arn:aws:iam::123456789012:role/x',
  tags: [{ key: 'a', value: 'b' }],
  containerDefinitions: [
    {
      name: 'flow',
      image: 'x',
      environment: [{ name: 'A', value: 'B' }],
      secrets: [{ name: 'S', valueFrom: 'arn' }],
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': 'g' } },
    },
  ],
};

const KWARGS = {
  cluster: 'c',
  capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
  networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
  tags: [{ key: 'a', value: 'b' }],
  overrides: {
    cpu: 512,
    containerOverrides: [{ name: 'flow', environment: [{ name: 'A', value: 'B' }], memory: 512 }],
  },
};

const CONFIG = ecsRun({
  env: { A: 'B' },
  labels: ['a'],
  image: 'x',
  cpu: '1 vcpu',
  memory: '2 GB',
  task_role_arn: 'r',
  run_task_kwargs: KWARGS,
});

const ARN = 'arn:aws:ecs:us-east-1:123456789012:task-definition/x:1';

const runConfig = fc.oneof(
  mutated(CONFIG),
  mutated(ecsRun({ task_definition: DEFINITION })),
  mutated(ecsRun({ task_definition_arn: ARN, run_task_kwargs: KWARGS })),
  fc.record({
    type: fc.oneof(anyJson, fc.constantFrom('ECSRun', 'UniversalRun')),
    env: anyJson,
    image: anyJson,
  }),
  anyJson,
);

const storage = fc.oneof(
  mutated({ type: 'Docker', registry_url: 'r', image_name: 'i', image_tag: 't' }),
  fc.record({ type: anyJson }),
  fc.constant(null),
);

/** A run as `readFlowRun` lets it through: objects are objects. */
const flowRun = fc
  .record({
    runConfig,
    storage,
    coreVersion: fc.option(nastyText),
    version: fc.oneof(nastyText, fc.double()),
  })
  .map(({ runConfig: config, storage: stored, ...flow }) =>
    run(tableOrNull(config), { ...flow, name: 'etl', storage: tableOrNull(stored) }),
  );

function tableOrNull(value: unknown): Prefect1FlowRun['runConfig'] {
  return typeof value === 'object' && !Array.isArray(value) ? (value as Prefect1FlowRun['runConfig']) : null;
}

const allSettings = fc.constantFrom(
  settings(),
  settings({ key: { kind: 'value', value: new Secret(KEY) } }),
  withSecret(),
);

/** A request, or the one error that may come; the key is in neither, but for a request that is to hold it. */
function expectRequestOrReason(build: () => TaskRequest): TaskRequest | undefined {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof FlowRunError)) throw error;
    expect(error.message).toMatch(/\S/);
    expect(inspect(error, { depth: 20, maxStringLength: null })).not.toContain(KEY);
    return undefined;
  }
}

test('any run config makes a task, or fails the run with the reason', () => {
  fc.assert(
    fc.property(flowRun, allSettings, (one, given) => {
      const request = expectRequestOrReason(() => buildTaskRequest(one, given));
      if (request !== undefined) expect(request.runTask.overrides?.containerOverrides).not.toHaveLength(0);
    }),
    fuzz(1500),
  );
});

test('any template makes a task, or fails the run with the reason', () => {
  const config = ecsRun({ task_definition_path: 's3://bucket/task.yaml' });
  const template = fc.oneof(mutated(DEFINITION), anyJson).map((value) => tableOrNull(value) ?? {});
  fc.assert(
    fc.property(template, allSettings, (given, setting) => {
      expectRequestOrReason(() => buildTaskRequest(run(config), setting, { template: given }));
    }),
    fuzz(600),
  );
});

test('a key that ECS is to read from a secret is in no request', () => {
  fc.assert(
    fc.property(flowRun, (one) => {
      const secret = withSecret({ key: { kind: 'secret', arn: 'arn:secret', value: new Secret(KEY) } });
      const built = expectRequestOrReason(() => buildTaskRequest(one, secret, described(one)));
      const isPinned = built?.taskDefinition.kind === 'arn';
      if (!isPinned) expect(JSON.stringify([built])).not.toContain(KEY);
    }),
    fuzz(600),
  );
});

function described({ runConfig: config }: Prefect1FlowRun): NamedDefinition {
  return typeof config?.['task_definition_arn'] === 'string'
    ? { described: { containerDefinitions: [{ name: 'flow' }] } }
    : {};
}
