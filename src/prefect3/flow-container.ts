import type { ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs';
import { FlowRunError } from '../errors.ts';
import { findContainer } from '../tasks/containers.ts';

/** The container that runs the flow, where nobody named it. */
export const DEFAULT_CONTAINER_NAME = 'prefect';

/** The task definition that a task is started with, as far as its request depends on it. */
export type DefinitionInForce = Pick<
  TaskDefinition,
  'containerDefinitions' | 'executionRoleArn' | 'networkMode' | 'requiresCompatibilities' | 'taskRoleArn'
> & {
  /** ECS tells those of a registered definition apart from it. */
  readonly tags?: readonly { readonly key?: string | undefined }[] | undefined;
};

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
 * @throws FlowRunError when it has no such container: ECS refuses to override one that is not there.
 */
export function flowContainerOf(
  arn: string,
  { containerDefinitions = [] }: DefinitionInForce,
  name: string,
): ContainerDefinition {
  const found = findContainer(containerDefinitions, name);
  if (found !== undefined) return found;
  const names = containerDefinitions.map((container) => `\`${container.name ?? ''}\``);
  throw new FlowRunError(
    `container_name: expected a container called \`${name}\` in ${arn}, got ${names.join(', ') || 'none'}. ` +
      'Name the one that runs the flow.',
  );
}
