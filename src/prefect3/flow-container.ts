import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { findContainer } from '../tasks/containers.ts';
import { type DefinitionInForce, registeredContainer } from '../tasks/definition-in-force.ts';

/** The container that runs the flow, where nobody named it. */
export const DEFAULT_CONTAINER_NAME = 'prefect';

/**
 * The name of the container that runs the flow: the one that the job names, else `prefect`, else the first that is
 * essential, for a helper beside it need not be. Prefect's worker takes the first, whatever it is.
 */
export function flowContainerName(
  named: string | undefined,
  containers: readonly { readonly name?: unknown; readonly essential?: unknown }[] = [],
): string {
  if (named !== undefined) return named;
  if (findContainer(containers, DEFAULT_CONTAINER_NAME) !== undefined) return DEFAULT_CONTAINER_NAME;
  const first = containers.find(({ essential }) => essential !== false);
  return typeof first?.name === 'string' ? first.name : DEFAULT_CONTAINER_NAME;
}

/**
 * The container that runs the flow, of a definition that the user registered.
 * @throws FlowRunError when it has no such container.
 */
export function flowContainerOf(
  arn: string,
  definition: DefinitionInForce,
  name: string,
): ContainerDefinition {
  const remedy = 'Name the one that runs the flow.';
  return registeredContainer(definition, name, { field: 'container_name', arn, remedy });
}
