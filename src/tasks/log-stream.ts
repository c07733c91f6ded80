import type { TaskDefinition } from '@aws-sdk/client-ecs';
import * as z from 'zod/mini';
import { findContainer } from './containers.ts';
import type { LogStream } from './task-request.ts';

const logged = z.object({
  logConfiguration: z.object({
    logDriver: z.literal('awslogs'),
    options: z.object({
      'awslogs-group': z.string(),
      'awslogs-region': z.string(),
      'awslogs-stream-prefix': z.string(),
    }),
  }),
});

/** Where a container of a definition logs; undefined unless that is a stream of CloudWatch with a known name. */
export function logStreamOf(
  { containerDefinitions }: Pick<TaskDefinition, 'containerDefinitions'>,
  container: string,
): LogStream | undefined {
  const parsed = logged.safeParse(findContainer(containerDefinitions, container));
  if (!parsed.success) return undefined;
  const { options } = parsed.data.logConfiguration;
  return {
    group: options['awslogs-group'],
    region: options['awslogs-region'],
    prefix: `${options['awslogs-stream-prefix']}/${container}`,
  };
}
