import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import { familyOf } from '../../src/ecs/definition-family.ts';
import { dayOf } from '../../src/ecs/last-used.ts';
import type { TaskDefinitionContent } from '../../src/tasks/task-request.ts';

const DAY_MS = 86_400_000;

/** What the agent registers for a flow with this image. */
export const contentOf = (image: string): TaskDefinitionContent => ({
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
  requiresCompatibilities: ['FARGATE'],
  containerDefinitions: [{ name: 'flow', image }],
});

/** A definition of the agent's that was last used some days before a moment; undefined: it says nothing. */
export function ownDefinition(
  image: string,
  usedDaysAgo?: number,
  nowMs = Date.now(),
): RegisterTaskDefinitionRequest {
  const content = contentOf(image);
  const tags =
    usedDaysAgo === undefined
      ? []
      : [{ key: 'prefect:last-used', value: dayOf(nowMs - usedDaysAgo * DAY_MS) }];
  return { ...content, family: familyOf(content), tags };
}
