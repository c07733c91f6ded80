import type { EcsSettings } from '../settings/settings.ts';
import type { TaskRequest } from '../tasks/task-request.ts';

/**
 * Whether a task runs in the default VPC: nobody chose a network, and the agent's launch type is FARGATE, or the
 * run's. Prefect 1.4.1's ECS agent looks at its own alone.
 */
export function needsDefaultNetwork(
  { launchType, networkConfiguration }: TaskRequest['runTask'],
  agent: Pick<EcsSettings, 'launchType'>,
): boolean {
  return networkConfiguration === undefined && [agent.launchType, launchType].includes('FARGATE');
}
