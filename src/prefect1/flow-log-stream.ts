import type { TaskDefinition } from '@aws-sdk/client-ecs';
import * as z from 'zod/mini';
import { findFlowContainer } from './containers.ts';
import type { LogStream } from '../task-request.ts';

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

/** Where the flow's container of a definition logs; undefined unless that is a stream of CloudWatch with a known name. */
export function flowLogStream({
  containerDefinitions,
}: Pick<TaskDefinition, 'containerDefinitions'>): LogStream | undefined {
  const parsed = logged.safeParse(findFlowContainer(containerDefinitions));
  if (!parsed.success) return undefined;
  const { options } = parsed.data.logConfiguration;
  return {
    group: options['awslogs-group'],
    region: options['awslogs-region'],
    prefix: `${options['awslogs-stream-prefix']}/flow`,
  };
}
