import type { Prefect1FlowRun } from '../../src/prefect1/flow-run.ts';
import type { TaskRequestSettings } from '../../src/prefect1/task-request-settings.ts';
import type { TaskRequest } from '../../src/tasks/task-request.ts';

/** Where the key is. */
export const SECRET_ARN = 'arn:aws:ssm:us-east-1:123456789012:parameter/prefect';

export const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;

export const settings = (change: Partial<TaskRequestSettings> = {}): TaskRequestSettings => ({
  prefect: { backend: 'cloud', api: 'https://api.prefect.io' },
  agent: { labels: ['prod', "it's"], envVars: {}, noCloudLogs: false },
  ecs: {
    cluster: undefined,
    launchType: 'FARGATE',
    taskRoleArn: undefined,
    executionRoleArn: undefined,
    taskDefinition: undefined,
    plaintextApiKey: true,
    runTaskKwargs: { networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-a'] } } },
  },
  flowLogLevel: 'INFO',
  key: { kind: 'none' },
  tenantId: () => 'tenant-1',
  clock: { now: () => 0 },
  ...change,
});

/** Settings whose key is a secret, with a role that may read it. */
export const withSecret = (change: Partial<TaskRequestSettings> = {}): TaskRequestSettings => ({
  ...ecs({ executionRoleArn: role('execution') }),
  key: { kind: 'secret', arn: SECRET_ARN },
  ...change,
});

export const ecs = (change: Partial<TaskRequestSettings['ecs']>): TaskRequestSettings =>
  settings({ ecs: { ...settings().ecs, ...change } });

export const run = (
  runConfig: Prefect1FlowRun['runConfig'],
  flow: Partial<Prefect1FlowRun['flow']> = {},
): Prefect1FlowRun => ({
  id: 'run-1',
  name: 'brave-lynx',
  startTimeMs: 0,
  version: 1,
  state: { type: 'Scheduled' },
  flow: { id: 'flow-1', name: 'etl', version: 3, storage: { type: 'S3' }, coreVersion: '1.4.1', ...flow },
  runConfig,
  taskRuns: [],
});

export const ecsRun = (fields: object = {}) => ({ type: 'ECSRun', ...fields });

export const contentOf = ({ taskDefinition }: TaskRequest) => {
  if (taskDefinition.kind !== 'content') throw new Error('expected a definition of its own');
  return taskDefinition.content;
};

export const flowOverride = ({ runTask }: TaskRequest) =>
  runTask.overrides?.containerOverrides?.find(({ name }) => name === 'flow');

export const environmentOf = (request: TaskRequest): Record<string, string | undefined> =>
  Object.fromEntries(
    (flowOverride(request)?.environment ?? []).map(({ name, value }) => [name ?? '', value]),
  );
