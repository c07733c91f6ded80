import type { NetworkConfiguration, TaskDefinition } from '@aws-sdk/client-ecs';
import type { FlowRun } from '../agent/flow-run.ts';
import type { TaskRequest } from './task-request.ts';

/** How the flow runs of one Prefect become ECS tasks. Of runs that its backend gave. */
export interface RunTasks<Run extends FlowRun> {
  /**
   * The task of a flow run.
   * @throws FlowRunError when the run itself makes that impossible.
   * @throws SettingsError when a setting does, of which only runs like this one need more.
   */
  taskRequest(run: Run, signal: AbortSignal): Promise<TaskRequest>;
  /** The cluster in which its tasks are; undefined: the default one. */
  clusterOf(run: Run, signal: AbortSignal): Promise<string | undefined>;
  /** What the run itself chose of its task, see `TaskRequest.chosenByRun`. */
  chosenByRun(run: Run, signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** Whether anyone may read an environment variable of a container: not where users may have put a secret. */
  isHarmless(container: string | undefined, variable: string): boolean;
}

/** What AWS has to be asked to make tasks of runs. */
export interface EcsLookUps {
  /** A definition that a user registered, by its ARN or family. @throws FlowRunError when there is none. */
  readonly definition: (name: string, signal: AbortSignal) => Promise<TaskDefinition>;
  /**
   * The network of tasks for which nobody chose one: neither the run, nor the settings, which are in
   * `ecs.runTaskKwargs.networkConfiguration` (see `withNetwork`). Only who found none there asks for it.
   * @throws AwsError when there is none to be had.
   */
  readonly defaultNetwork: () => Promise<NetworkConfiguration>;
  /** The network of tasks for which only the VPC was chosen. @throws FlowRunError, AwsError */
  readonly vpcNetwork: (vpcId: string) => Promise<NetworkConfiguration>;
  /** The region in which tasks are started. */
  readonly region: () => Promise<string>;
}
