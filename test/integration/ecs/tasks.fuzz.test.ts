import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countTasks } from '../../../src/ecs/count-tasks.ts';
import { DefinitionCleanup } from '../../../src/ecs/definition-cleanup.ts';
import { DescribedDefinitions } from '../../../src/ecs/described-definitions.ts';
import { EcsTasks } from '../../../src/ecs/ecs-tasks.ts';
import { RetryingSender } from '../../../src/ecs/retrying-sender.ts';
import { buildTaskRequest } from '../../../src/prefect1/task-request.ts';
import { answeringEcs, ARN, good, wire } from '../../support/ecs-answers.ts';
import { fuzz } from '../../support/fuzz.ts';
import { never } from '../../support/prefect1.ts';
import { ecsRun, run, withSecret } from '../../support/task-request.ts';

const RUN = { id: 'run-1', name: 'x', startTimeMs: 0 };
const FAMILY = `prefect-${'0'.repeat(32)}`;
const DEFINITION_ARN = `arn:aws:ecs:us-east-1:123456789012:task-definition/${FAMILY}:1`;
const LISTED = { taskArns: [ARN] };
const TASK = {
  taskArn: ARN,
  taskDefinitionArn: DEFINITION_ARN,
  startedBy: 'agent/run-1',
  lastStatus: 'STOPPED',
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
  stoppedAt: 1_795_000_000,
  createdAt: 1_795_000_000.5,
  tags: [{ key: 'prefect:claim-key', value: '1' }],
  containers: [{ name: 'flow', exitCode: 1, reason: 'OutOfMemoryError: killed' }],
};
const DESCRIBED = { tasks: [TASK], failures: [] };

/** Waits pass at once. */
const clock = { now: () => 1_795_000_000_000, sleep: () => Promise.resolve() };

const options = fuzz(100);

/** What came, or undefined where what came is an error with words of its own, and not one of the language. */
async function orExplained<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const { name, message, $response } = error as Error & { $response?: unknown };
    // What the SDK itself can't read is its own word, and tells the response.
    if ($response === undefined) expect(['AwsError', 'FlowRunError', 'AgentError']).toContain(name);
    expect(message.length).toBeLessThan(1500);
    return undefined;
  }
}

async function finder() {
  const { client, answer } = await answeringEcs();
  const sender = new RetryingSender(client, clock, () => 0);
  const tasks = new EcsTasks({
    agent: 'agent',
    client: sender,
    clock,
    clusterOf: () => undefined,
    chosenByRun: () => Promise.resolve(new Set<string>()),
  });
  return { tasks, sender, answer };
}

test('the tasks of a run are found whole, or there is an error with the reason', async () => {
  const { tasks, answer } = await finder();
  const answers = fc.record({
    ListTasks: fc.oneof(wire(LISTED), fc.constant(good(LISTED)), fc.constant(good({ taskArns: [] }))),
    DescribeTasks: wire(DESCRIBED),
  });
  await fc.assert(
    fc.asyncProperty(answers, async (given) => {
      answer(given);
      for (const { id, end } of (await orExplained(tasks.find(RUN, [ARN], never))) ?? []) {
        expect(typeof id).toBe('string');
        if (end !== undefined) expect(Number.isFinite(end.atMs)).toBe(true);
      }
      await orExplained(tasks.stoppedRun({ clusterArn: 'c', taskArn: ARN }, never));
    }),
    options,
  );
});

test('an answer that lists no tasks at all is not taken for an empty list', async () => {
  const { tasks, answer } = await finder();
  answer({ ListTasks: good({}) });
  await expect(tasks.isLive(RUN, never)).rejects.toThrow(
    "ListTasks: ECS answered what can't be read: items: expected a list",
  );
});

test('tasks are counted, or there is an error with the reason', async () => {
  const { sender, answer } = await finder();
  const answers = fc.record({ ListTasks: wire(LISTED), DescribeTasks: wire(DESCRIBED) });
  await fc.assert(
    fc.asyncProperty(answers, async (given) => {
      answer(given);
      const options = { sender, cluster: undefined, agent: 'agent', max: 1 };
      expect(['number', 'undefined']).toContain(typeof (await orExplained(countTasks(options, 1, never))));
    }),
    options,
  );
});

test('a definition that a run names makes a task, fails the run, or there is an error with the reason', async () => {
  const { sender, answer } = await finder();
  const described = {
    taskDefinition: {
      containerDefinitions: [
        { name: 'flow', secrets: [{ name: 'PREFECT__CLOUD__API_KEY', valueFrom: 'x' }] },
      ],
      executionRoleArn: 'x',
      taskRoleArn: 'y',
    },
  };
  await fc.assert(
    fc.asyncProperty(wire(described), async (DescribeTaskDefinition) => {
      answer({ DescribeTaskDefinition });
      const build = async () => {
        const definition = await new DescribedDefinitions(sender).get(DEFINITION_ARN, never);
        const config = ecsRun({ task_definition_arn: DEFINITION_ARN });
        return buildTaskRequest(run(config), withSecret(), { described: definition });
      };
      await orExplained(build());
    }),
    options,
  );
});

test('a clean-up looks at what it can read, or there is an error with the reason', async () => {
  const { sender, answer } = await finder();
  const answers = fc.record({
    ListTaskDefinitionFamilies: wire({ families: [FAMILY] }),
    ListTaskDefinitions: wire({ taskDefinitionArns: [DEFINITION_ARN] }),
    DescribeTaskDefinition: wire({
      taskDefinition: { registeredAt: 1_700_000_000 },
      tags: [{ key: 'prefect:last-used', value: '2026-01-01' }],
    }),
    ListClusters: wire({ clusterArns: ['c'] }),
    ListTasks: wire({ taskArns: [] }),
  });
  await fc.assert(
    fc.asyncProperty(answers, async (given) => {
      answer(given);
      const cleanup = new DefinitionCleanup({ client: sender, clock, unusedDays: 30, signal: never });
      await orExplained(cleanup.families());
      await orExplained(cleanup.look(FAMILY));
    }),
    options,
  );
});
