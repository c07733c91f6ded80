import type { FlowRun } from '../agent/flow-run.ts';

/** What a deployment says of how its runs are launched. */
export interface Deployment {
  readonly id: string;
  readonly name: string;
  /** When it was last changed, as the API writes it. */
  readonly updated: string | undefined;
  readonly jobVariables: Readonly<Record<string, unknown>>;
  /** Whether only so many of its runs may go on at once: a claim takes one of its slots. */
  readonly isLimited: boolean;
}

export interface Prefect3FlowRun extends FlowRun {
  readonly flow: { readonly id: string; readonly name: string };
  /** undefined: the run was created without one, or it is not to be seen. */
  readonly deployment: Deployment | undefined;
  /** Id of the deployment that the run names and that is not to be seen. */
  readonly missingDeployment?: string | undefined;
  /** The run's own, which go over those of its deployment. */
  readonly jobVariables: Readonly<Record<string, unknown>>;
  /** Id of the state that the run was in when it was read. */
  readonly stateId: string;
  /** Whether an agent has put it back: earlier launches of it count as well. */
  readonly isPutBack?: boolean;
  /** `<cluster>::<task ARN>`, once a launch was told. */
  readonly infrastructurePid: string | undefined;
}
