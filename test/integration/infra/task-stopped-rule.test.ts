import { RunTaskCommand } from '@aws-sdk/client-ecs';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { parseTaskStopped } from '../../../src/functions/task-stopped-event.ts';
import type { Task } from '../../../src/sandbox/ecs/new-task.ts';
import { taskStateChange } from '../../../src/sandbox/ecs/task-state-change.ts';
import { ownDefinition } from '../../support/definitions.ts';
import { packagedStack } from '../../support/packaged-template.ts';
import { recoveryWorld } from '../../support/recovery-world.ts';
import type { Stack } from '../../support/stack.ts';
import { transformed } from '../../support/transformed.ts';

const rule = z.object({
  EventPattern: z.object({ detail: z.object({ $or: z.array(z.unknown()) }) }),
  Targets: z.array(z.object({ InputTransformer: z.unknown() })),
});

const functionWith = z.object({
  Environment: z.object({ Variables: z.object({ POWERTOOLS_SERVICE_NAME: z.string() }) }),
});

let stack: Stack;

beforeAll(async () => {
  stack = await packagedStack({
    PREFECT_API_URL: 'https://prefect.example.com/api',
    PREFECT_WORK_POOL: 'flows',
    PREFECT_WORKER_NAME: 'Team A',
    PREFECT__CLOUD__AGENT__NAME: 'not-me',
  });
}, 60_000);

test('a worker hears of the tasks that it marks with its own name, and its logs have that', () => {
  const { EventPattern } = rule.parse(stack.get('TaskStoppedRule')?.properties);
  expect(EventPattern.detail.$or).toEqual([
    { startedBy: [{ prefix: 'Team_A/' }] },
    { group: [{ prefix: 'family:prefect-' }] },
  ]);
  const { Environment } = functionWith.parse(stack.get('TaskStoppedLambdaFunction')?.properties);
  expect(Environment.Variables.POWERTOOLS_SERVICE_NAME).toBe('Team A');
});

test('the function gets of an event where to look, and no environment of a container', async () => {
  const { ecs, launching } = await recoveryWorld();
  const { ecsClient } = await launching();
  const { taskDefinitionArn: taskDefinition } = ecs.putTaskDefinition(ownDefinition('etl:1'));
  const { promise, resolve } = Promise.withResolvers<Task>();
  ecs.onTaskChange(resolve);
  await ecsClient.send(
    new RunTaskCommand({
      taskDefinition,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'] } },
      overrides: {
        containerOverrides: [{ name: 'flow', environment: [{ name: 'PASSWORD', value: 'sesame' }] }],
      },
    }),
  );
  const task = await promise;
  const event = taskStateChange({ ...task, lastStatus: 'STOPPED' });
  expect(JSON.stringify(event)).toContain('sesame');
  const [target] = rule.parse(stack.get('TaskStoppedRule')?.properties).Targets;
  const given = transformed(target?.InputTransformer, event);
  expect(parseTaskStopped(given)).toEqual({ clusterArn: task.clusterArn, taskArn: task.taskArn });
  expect(JSON.stringify(given)).not.toContain('sesame');
});
