import { expect, test } from 'vitest';
import { pool, requested, template } from '../../support/job.ts';

const chosen = async (asked: Parameters<typeof requested>[0]) =>
  [...(await requested(asked)).chosenByRun].sort();

const role = 'arn:aws:iam::123456789012:role/a';

test.each<[string, Record<string, unknown>, string[]]>([
  ['nothing', {}, []],
  ['its image', { image: 'me/a:1' }, ['image']],
  ['its size', { cpu: 256, memory: 512 }, ['cpu', 'memory']],
  ['its environment', { env: { A: '1' } }, ['environment']],
  ['its labels', { labels: { team: 'a' } }, ['tags']],
  ['its command', { command: 'a' }, ['containerOverrides']],
  ['its cluster', { cluster: 'a' }, ['cluster']],
  ['its roles', { task_role_arn: role, execution_role_arn: role }, ['executionRoleArn', 'taskRoleArn']],
  ['its launch type', { launch_type: 'FARGATE_SPOT' }, ['launchType']],
  ['a strategy', { capacity_provider_strategy: [{ capacityProvider: 'a' }] }, ['capacityProviderStrategy']],
  ['its VPC', { vpc_id: 'vpc-1' }, ['networkConfiguration']],
  [
    'its log',
    { configure_cloudwatch_logs: true, execution_role_arn: role },
    ['containerDefinitions', 'executionRoleArn'],
  ],
])('a deployment that chooses %s', async (_, deployment, members) => {
  expect(await chosen({ deployment })).toEqual(members);
});

test('what the pool chose by its defaults or its template is not the run’s', async () => {
  const defaults = { image: 'me/a:1', cpu: 256, cluster: 'flows', env: { A: '1' } };
  const request = { platformVersion: '1.4.0' };
  expect(await chosen({ pool: pool(template({ defaults, request })) })).toEqual([]);
});

test('a value that is the pool’s as well is not the run’s', async () => {
  const defaults = { cpu: 256 };
  expect(await chosen({ pool: pool(template({ defaults })), jobVariables: { cpu: 256 } })).toEqual([]);
});

test('a variable of the pool’s own makes what it is in the run’s choice', async () => {
  const request = {
    platformVersion: '{{ platform }}',
    overrides: { ephemeralStorage: { sizeInGiB: '{{ disk }}' } },
  };
  const jobVariables = { platform: '1.4.0', disk: 30 };
  expect(await chosen({ pool: pool(template({ request })), jobVariables })).toEqual([
    'ephemeralStorage',
    'platformVersion',
  ]);
});

test('a registered definition is the run’s with all that it says', async () => {
  const jobVariables = { task_definition_arn: 'etl:4' };
  const described = { containerDefinitions: [{ name: 'etl' }], taskRoleArn: role };
  expect(await chosen({ jobVariables, described })).toEqual([
    'containerDefinitions',
    'cpu',
    'image',
    'memory',
    'networkMode',
    'taskDefinition',
    'taskRoleArn',
  ]);
});
