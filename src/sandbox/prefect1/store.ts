import type { Clock } from '../../clock.ts';
import type { SerializedState } from './state.ts';
import { emptyTables, timestamptz } from './tables.ts';
import type { Tables, Timestamptz } from './tables.ts';

/** One state that was set on a flow run or, when `taskRunId` is there, on a task run. */
export interface StateEvent {
  readonly flowRunId: string;
  readonly taskRunId?: string;
  /** The type of the state before. */
  readonly from: string;
  readonly to: SerializedState;
}

export type StateListener = (event: StateEvent) => void;

/** One line of a run's log. */
export interface RunLog {
  readonly flow_run_id: string;
  readonly task_run_id: string | null;
  readonly timestamp: Timestamptz;
  readonly name: string | null;
  readonly level: string | null;
  readonly message: string | null;
}

/** All that the API remembers, in memory. */
export interface Store {
  readonly clock: Clock;
  readonly newId: () => string;
  /**
   * Prefect Cloud's: a state whose version is not the run's is refused with VERSION_LOCKING_ERROR.
   * A null version is never compared.
   */
  readonly versionLocking: boolean;
  readonly tables: Tables;
  readonly logs: RunLog[];
  /** Until when a flow run can't be submitted again, by its id. */
  readonly submittedUntilMs: Map<string, number>;
  readonly stateListeners: Set<StateListener>;
}

export function createStore(parts: Pick<Store, 'clock' | 'newId' | 'versionLocking'>): Store {
  return {
    ...parts,
    tables: emptyTables(),
    logs: [],
    submittedUntilMs: new Map(),
    stateListeners: new Set(),
  };
}

export function now(store: Store): Timestamptz {
  return timestamptz(store.clock.now());
}
