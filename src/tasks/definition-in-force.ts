import type { ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs';
import { findContainer } from './containers.ts';
import { FlowRunError } from '../errors.ts';

/** The task definition that a task is started with, as far as its request depends on it. */
export type DefinitionInForce = Pick<
  TaskDefinition,
  'containerDefinitions' | 'executionRoleArn' | 'networkMode' | 'requiresCompatibilities' | 'taskRoleArn'
> & {
  /** ECS tells those of a registered definition apart from it. */
  readonly tags?: readonly { readonly key?: string | undefined }[] | undefined;
};

/** Members that a definition answers for even where it lacks them: Fargate asks for each of them. */
const OF_EVERY_DEFINITION = ['containerDefinitions', 'cpu', 'image', 'memory', 'networkMode'];

/** What of ECS's members a definition decides, by their names. */
export function definitionMembers(definition: object): readonly string[] {
  return [...OF_EVERY_DEFINITION, ...Object.keys(definition)];
}

/**
 * A container of a definition that the user registered.
 * @param asked where it was named, the definition it has to be in, and what to do when it is not
 * @throws FlowRunError when it has no such container: ECS refuses to override one that is not there.
 */
export function registeredContainer(
  { containerDefinitions = [] }: DefinitionInForce,
  name: string,
  { field, arn, remedy }: { readonly field: string; readonly arn: string; readonly remedy: string },
): ContainerDefinition {
  const found = findContainer(containerDefinitions, name);
  if (found !== undefined) return found;
  const names = containerDefinitions.map((container) => `\`${container.name ?? ''}\``);
  throw new FlowRunError(
    `${field}: expected a container called \`${name}\` in ${arn}, got ${names.join(', ') || 'none'}. ${remedy}`,
  );
}
