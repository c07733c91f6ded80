import type { LogConfiguration } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { logStreamOf } from '../../../src/tasks/log-stream.ts';

const options = { 'awslogs-group': '/flows', 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'etl' };
const without = (name: keyof typeof options) =>
  Object.fromEntries(Object.entries(options).filter(([option]) => option !== name));

const STREAM = { group: '/flows', region: 'us-east-1', prefix: 'etl/flow' };

test.each<[string, LogConfiguration | undefined, object | undefined]>([
  ['CloudWatch', { logDriver: 'awslogs', options }, STREAM],
  ['another driver', { logDriver: 'splunk', options }, undefined],
  ['no group', { logDriver: 'awslogs', options: without('awslogs-group') }, undefined],
  ['no region', { logDriver: 'awslogs', options: without('awslogs-region') }, undefined],
  ['no prefix', { logDriver: 'awslogs', options: without('awslogs-stream-prefix') }, undefined],
  ['no options', { logDriver: 'awslogs' }, undefined],
  ['nothing that is said of it', undefined, undefined],
])('the log of a container with %s', (_, logConfiguration, stream) => {
  const containerDefinitions = [
    { name: 'proxy', logConfiguration: { logDriver: 'awslogs' as const, options } },
    { name: 'flow', logConfiguration },
  ];
  expect(logStreamOf({ containerDefinitions }, 'flow')).toEqual(stream);
});

test('a container that is not there has no log that is known', () => {
  expect(logStreamOf({ containerDefinitions: [] }, 'flow')).toBeUndefined();
  expect(logStreamOf({ containerDefinitions: undefined }, 'flow')).toBeUndefined();
});
