import type { RegisterTaskDefinitionCommandInput, RunTaskCommandInput } from '@aws-sdk/client-ecs';

/** A task definition without its name: the family is derived from the content. */
export type TaskDefinitionContent = Omit<RegisterTaskDefinitionCommandInput, 'family'>;

/**
 * Where a task's definition comes from: `content` is registered once and found again by what it says,
 * `arn` was registered by the user and is run as it is.
 */
export type TaskDefinitionSource =
  | { readonly kind: 'content'; readonly content: TaskDefinitionContent }
  | { readonly kind: 'arn'; readonly arn: string };

/**
 * One flow run as an ECS task: what a backend asks for and `EcsAgent` launches.
 * The client token, `startedBy` and the definition's ARN are the launcher's.
 */
export interface TaskRequest {
  readonly taskDefinition: TaskDefinitionSource;
  readonly runTask: Omit<RunTaskCommandInput, 'taskDefinition' | 'clientToken' | 'startedBy'>;
}
