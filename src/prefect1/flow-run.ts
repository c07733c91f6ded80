import type { FlowRun } from '../agent/flow-run.ts';
import type { SerializedState } from './states.ts';

export interface TaskRun {
  readonly id: string;
  readonly version: number;
  /** null where the task run has no state that can be read. */
  readonly state: SerializedState | null;
}

export interface Flow {
  readonly id: string;
  readonly name: string;
  readonly version: number | string | null;
  readonly storage: Readonly<Record<string, unknown>> | null;
  /** The version of Prefect that registered the flow. */
  readonly coreVersion: string | null;
}

export interface Prefect1FlowRun extends FlowRun {
  readonly version: number;
  readonly state: SerializedState;
  readonly flow: Flow;
  readonly runConfig: Readonly<Record<string, unknown>> | null;
  /** Those that are due, of a run that is already Running; or that wait for a retry. */
  readonly taskRuns: readonly TaskRun[];
}
