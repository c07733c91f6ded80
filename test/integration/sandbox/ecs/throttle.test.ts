import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListClustersCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  TagResourceCommand,
  type ECSClient,
} from '@aws-sdk/client-ecs';
import { expect, onTestFinished, test } from 'vitest';
import { startEcs, type EcsOptions } from '../../../../src/sandbox/ecs/ecs-server.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { definition, ecsClient, runInput } from './ecs-client.ts';

type Send = (client: ECSClient) => Promise<unknown>;

async function setUp(options: Partial<EcsOptions> = {}) {
  const clock = new VirtualClock();
  const ecs = await startEcs({ clock, runner: undefined, ...options });
  const client = ecsClient(ecs.endpoint);
  onTestFinished(async () => {
    client.destroy();
    await ecs.close();
  });
  ecs.putTaskDefinition(definition);
  ecs.putTaskDefinition({ family: 'ec2', containerDefinitions: [{ name: 'flow', image: 'i', memory: 64 }] });
  /** Sends in turns until the first throttle. @returns how many requests were not throttled. */
  const sendUntilThrottled = async (...sends: Send[]): Promise<number> => {
    for (let sent = 0; sent < 300; sent += 1) {
      const error = await sends[sent % sends.length]?.(client).catch((e: unknown) => e);
      if (!(error instanceof Error) || error.name !== 'ThrottlingException') continue;
      expect(error).toMatchObject({ message: 'Rate exceeded', $metadata: { httpStatusCode: 400 } });
      return sent;
    }
    return Infinity;
  };
  return { clock, ecs, sendUntilThrottled };
}

const runOnEc2: Send = (client) =>
  client.send(new RunTaskCommand({ taskDefinition: 'ec2', launchType: 'EC2' }));
const run: Send = (client) => client.send(new RunTaskCommand(runInput));
const spot = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];

test.each<[string, Send[], number, number]>([
  [
    'RunTask on EC2 and StopTask',
    [runOnEc2, (client) => client.send(new StopTaskCommand({ task: 'none' }))],
    100,
    40,
  ],
  ['RunTask on Fargate', [run], 20, 20],
  [
    'RegisterTaskDefinition and DeregisterTaskDefinition',
    [
      (client) => client.send(new RegisterTaskDefinitionCommand(definition)),
      (client) => client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'flows:9' })),
    ],
    20,
    1,
  ],
  [
    'DescribeTaskDefinition, ListTaskDefinitions and ListTaskDefinitionFamilies',
    [
      (client) => client.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'flows' })),
      (client) => client.send(new ListTaskDefinitionsCommand({})),
      (client) => client.send(new ListTaskDefinitionFamiliesCommand({})),
    ],
    50,
    20,
  ],
  [
    'DeleteTaskDefinitions',
    [(client) => client.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: ['flows:9'] }))],
    5,
    1,
  ],
  [
    'TagResource',
    [
      (client) =>
        client.send(
          new TagResourceCommand({
            resourceArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/flows:1',
            tags: [],
          }),
        ),
    ],
    20,
    10,
  ],
  ['ListClusters', [(client) => client.send(new ListClustersCommand({}))], 50, 20],
  [
    'ListTasks and DescribeTasks',
    [
      (client) => client.send(new ListTasksCommand({})),
      (client) => client.send(new DescribeTasksCommand({ tasks: ['none'] })),
    ],
    100,
    20,
  ],
])('%s have one quota', async (_name, sends, burst, perSecond) => {
  const { clock, sendUntilThrottled } = await setUp();
  expect(await sendUntilThrottled(...sends)).toBe(burst);
  await clock.advance(1000);
  expect(await sendUntilThrottled(...sends)).toBe(perSecond);
});

test('Fargate launches 100 tasks at once and 20 a second, On-Demand and Spot apart', async () => {
  const { ecs, clock, sendUntilThrottled } = await setUp();
  const onDemand: Send = (client) => client.send(new RunTaskCommand({ ...runInput, count: 10 }));
  expect(await sendUntilThrottled(onDemand)).toBe(10);
  expect(ecs.tasks()).toHaveLength(100);
  const strategy = { launchType: undefined, capacityProviderStrategy: spot };
  const onSpot: Send = (client) => client.send(new RunTaskCommand({ ...runInput, ...strategy, count: 10 }));
  // 20 calls are the burst of RunTask on Fargate, of which the eleven before have left nine.
  expect(await sendUntilThrottled(onSpot)).toBe(9);
  await clock.advance(1000);
  expect(await sendUntilThrottled(onDemand)).toBe(2);
});

test('quotas can be raised, and what is refused is counted', async () => {
  const { ecs, sendUntilThrottled } = await setUp({ throttle: 10 });
  expect(await sendUntilThrottled(run)).toBe(200);
  expect(ecs.throttled()).toBe(1);
});

test('a sandbox without a throttle takes what comes', async () => {
  const { sendUntilThrottled } = await setUp({ throttle: false });
  expect(await sendUntilThrottled(run)).toBe(Infinity);
});
