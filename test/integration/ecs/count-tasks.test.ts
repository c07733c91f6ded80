import { RegisterTaskDefinitionCommand, RunTaskCommand } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { countTasks } from '../../../src/ecs/count-tasks.ts';
import { RetryingSender } from '../../../src/ecs/retrying-sender.ts';
import { startedBy } from '../../../src/ecs/started-by.ts';
import { AwsError } from '../../../src/errors.ts';
import type { Fault } from '../../../src/sandbox/faults.ts';
import { contentOf } from '../../support/definitions.ts';
import { ecs } from '../../support/ecs.ts';
import { never } from '../../support/prefect1.ts';

const LONG_NAME = 'a'.repeat(200);

/** A cluster with tasks of these starters. */
async function cluster(starters: readonly (string | undefined)[], fault?: Fault) {
  const { client, calls } = await ecs({
    faults: ({ operation }) => (operation === 'ListTasks' ? fault : undefined),
  });
  await client.send(new RegisterTaskDefinitionCommand({ family: 'flow', ...contentOf('prefect') }));
  for (const marked of starters) {
    await client.send(
      new RunTaskCommand({
        taskDefinition: 'flow',
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'] } },
        startedBy: marked,
      }),
    );
  }
  calls.take();
  const sender = new RetryingSender(client, systemClock);
  const count = (max: number, wanted: number, agent = 'lambda') =>
    countTasks({ sender, cluster: undefined, agent, max }, wanted, never);
  return { count, calls };
}

const STARTERS = [
  startedBy('lambda', '1'),
  startedBy('lambda', '2'),
  startedBy('lambda2', '3'),
  'lambda',
  undefined,
];

test('the agent’s own tasks are counted, and nobody else’s', async () => {
  const { count, calls } = await cluster([...STARTERS, startedBy(LONG_NAME, '4')]);
  expect(await count(6, 1)).toBe(2);
  expect(calls.take().ecs).toEqual({ ListTasks: 1, DescribeTasks: 1 });
  expect(await count(6, 1, LONG_NAME)).toBe(1);
});

test('where all tasks of the cluster and those wanted fit, nobody asks whose they are', async () => {
  const { count, calls } = await cluster(STARTERS);
  expect(await count(7, 2)).toBe(5);
  expect(calls.take().ecs).toEqual({ ListTasks: 1 });
});

test('an empty cluster costs one call', async () => {
  const { count, calls } = await cluster([]);
  expect(await count(1, 25)).toBe(0);
  expect(calls.take().ecs).toEqual({ ListTasks: 1 });
});

test('a refusal is an AwsError that says what to allow', async () => {
  const { count } = await cluster([], {
    kind: 'error',
    type: 'AccessDeniedException',
    message: 'not authorized to perform: ecs:ListTasks',
    when: 'before',
  });
  const counted = expect(count(1, 1)).rejects;
  await counted.toThrow(AwsError);
  await counted.toThrow('Allow ecs:ListTasks and ecs:DescribeTasks to the role of the agent');
});
