import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { packagedStack } from '../../support/packaged-template.ts';
import type { Stack } from '../../support/stack.ts';

const rule = z.object({
  EventPattern: z.object({ detail: z.object({ $or: z.array(z.unknown()) }) }),
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
