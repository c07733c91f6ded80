import { expect, test } from 'vitest';
import { buildTaskRequest } from '../../../src/prefect1/task-request.ts';
import { ecsRun, run, settings } from '../../support/task-request.ts';

const options = { 'awslogs-group': '/flows', 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'etl' };
const without = (name: keyof typeof options) =>
  Object.fromEntries(Object.entries(options).filter(([option]) => option !== name));

const STREAM = { group: '/flows', region: 'us-east-1', prefix: 'etl/flow' };

test.each<[string, object, object | undefined]>([
  ['CloudWatch', { logDriver: 'awslogs', options }, STREAM],
  ['another driver', { logDriver: 'splunk', options }, undefined],
  ['no group', { logDriver: 'awslogs', options: without('awslogs-group') }, undefined],
  ['no region', { logDriver: 'awslogs', options: without('awslogs-region') }, undefined],
  ['no prefix', { logDriver: 'awslogs', options: without('awslogs-stream-prefix') }, undefined],
  ['no options', { logDriver: 'awslogs' }, undefined],
])('the log of a flow’s container with %s', (_, logConfiguration, stream) => {
  const containerDefinitions = [
    { name: 'proxy', logConfiguration: { logDriver: 'awslogs', options } },
    { name: 'flow', logConfiguration },
  ];
  const own = buildTaskRequest(run(ecsRun({ task_definition: { containerDefinitions } })), settings());
  expect(own.logStream).toEqual(stream);
  const described = { containerDefinitions } as object;
  const pinned = buildTaskRequest(run(ecsRun({ task_definition_arn: 'etl:4' })), settings(), { described });
  expect(pinned.logStream).toEqual(stream);
});

test('a flow’s container that says nothing of logs has no log that is known', () => {
  expect(buildTaskRequest(run(null), settings()).logStream).toBeUndefined();
});
