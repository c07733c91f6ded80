import * as z from 'zod/mini';
import type { TaskReference } from '../ecs/ecs-tasks.ts';

const taskStopped = z.object({
  source: z.literal('aws.ecs'),
  'detail-type': z.literal('ECS Task State Change'),
  detail: z.object({ clusterArn: z.string(), taskArn: z.string(), lastStatus: z.literal('STOPPED') }),
});

/**
 * Which task an event says has stopped; undefined for any other event. It only says where to look: events come late,
 * twice and out of order.
 */
export function parseTaskStopped(event: unknown): TaskReference | undefined {
  const parsed = taskStopped.safeParse(event);
  if (!parsed.success) return undefined;
  const { clusterArn, taskArn } = parsed.data.detail;
  return { clusterArn, taskArn };
}
