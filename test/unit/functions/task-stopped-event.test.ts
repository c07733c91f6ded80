import { expect, test } from 'vitest';
import { parseTaskStopped } from '../../../src/functions/task-stopped-event.ts';

const detail = { clusterArn: 'cluster-arn', taskArn: 'task-arn', lastStatus: 'STOPPED', version: 7 };
const event = { source: 'aws.ecs', 'detail-type': 'ECS Task State Change', detail };

test('an event of a stopped task says where to look', () => {
  expect(parseTaskStopped(event)).toEqual({ clusterArn: 'cluster-arn', taskArn: 'task-arn' });
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a text', 'STOPPED'],
  ['a tick of the schedule', { source: 'aws.events', detail: {} }],
  ['a service’s event', { ...event, 'detail-type': 'ECS Service Action' }],
  ['a task that runs', { ...event, detail: { ...detail, lastStatus: 'RUNNING' } }],
  ['a task without an ARN', { ...event, detail: { ...detail, taskArn: undefined } }],
])('%s is no such event', (_, other) => {
  expect(parseTaskStopped(other)).toBeUndefined();
});
