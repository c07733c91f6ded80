import type { ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs';
import { FlowRunError } from '../errors.ts';
import { FLOW } from './flow-container.ts';
import { findContainer } from '../tasks/containers.ts';

/**
 * The container that runs the flow, of a definition that the user registered.
 * @param name as the run config names the definition
 * @throws FlowRunError when it has no such container: ECS refuses to override one that is not there.
 */
export function definedFlowContainer(
  name: string,
  { containerDefinitions = [] }: Pick<TaskDefinition, 'containerDefinitions'>,
): ContainerDefinition {
  const found = findContainer(containerDefinitions, FLOW);
  if (found !== undefined) return found;
  const names = containerDefinitions.map((container) => `\`${container.name ?? ''}\``);
  throw new FlowRunError(
    `task_definition_arn: expected a container called \`flow\` in ${name}, got ${names.join(', ') || 'none'}. ` +
      'Register a revision in which the container that runs the flow is called `flow`.',
  );
}
