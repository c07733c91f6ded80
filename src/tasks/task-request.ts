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
  /**
   * What the flow run itself chose, by the names of ECS's members (`cluster`, `cpu`, `taskRoleArn`,
   * `containerDefinitions`, …), and not the agent's settings. What ECS has against one of these is the run's
   * fault, and what it has against anything else is the agent's.
   */
  readonly chosenByRun: ReadonlySet<string>;
  /** Where the flow's container logs, if that is CloudWatch. */
  readonly logStream: LogStream | undefined;
}

/** The tag of a task that holds the claim key of its run: the launcher's. */
export const CLAIM_KEY_TAG = 'prefect:claim-key';

/** A container's log in CloudWatch. ECS names the stream `<prefix>/<container>/<task id>`. */
export interface LogStream {
  readonly group: string;
  readonly region: string;
  /** `<prefix>/<container>`. */
  readonly prefix: string;
}
