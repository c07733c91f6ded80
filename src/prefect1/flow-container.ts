import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { type DefinitionInForce, registeredContainer } from '../tasks/definition-in-force.ts';

/** The container that runs the flow, as Prefect 1 calls it. */
export const FLOW = 'flow';

/**
 * The container that runs the flow, of a definition that the user registered.
 * @param arn as the run config names the definition
 * @throws FlowRunError when it has no such container.
 */
export function flowContainerOf(arn: string, definition: DefinitionInForce): ContainerDefinition {
  const remedy = 'Register a revision in which the container that runs the flow is called `flow`.';
  return registeredContainer(definition, FLOW, { field: 'task_definition_arn', arn, remedy });
}
