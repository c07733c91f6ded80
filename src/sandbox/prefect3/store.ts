import type { Clock } from '../../clock.ts';
import type { State } from './state.ts';
import type {
  BlockDocument,
  Deployment,
  Flow,
  FlowRun,
  Log,
  Row,
  Variable,
  Worker,
  WorkPool,
  WorkQueue,
} from './tables.ts';
import { timestamp, type Timestamp } from './time.ts';

/** One state that was set on a flow run. */
interface StateEvent {
  readonly flowRunId: string;
  /** undefined: the run has just been created. */
  readonly from: State | undefined;
  readonly to: State;
}

export type StateListener = (event: StateEvent) => void;

/** All that the API remembers, in memory. */
export interface Store {
  readonly clock: Clock;
  readonly newId: () => string;
  /** Such as `3.8.8`. */
  readonly version: string;
  readonly flows: Map<string, Flow>;
  readonly pools: Map<string, WorkPool>;
  readonly queues: Map<string, WorkQueue>;
  readonly workers: Map<string, Worker>;
  readonly deployments: Map<string, Deployment>;
  readonly flowRuns: Map<string, FlowRun>;
  /** Every state of each flow run, oldest first. */
  readonly states: Map<string, State[]>;
  readonly logs: Log[];
  readonly blocks: Map<string, BlockDocument>;
  readonly variables: Map<string, Variable>;
  readonly stateListeners: Set<StateListener>;
  /** The next moment at which the server changes a run of itself, in milliseconds since the epoch; it may be too early. */
  nextServiceMs: number;
}

export function createStore(parts: Pick<Store, 'clock' | 'newId' | 'version'>): Store {
  return {
    ...parts,
    flows: new Map(),
    pools: new Map(),
    queues: new Map(),
    workers: new Map(),
    deployments: new Map(),
    flowRuns: new Map(),
    states: new Map(),
    logs: [],
    blocks: new Map(),
    variables: new Map(),
    stateListeners: new Set(),
    nextServiceMs: Infinity,
  };
}

export function now(store: Store): Timestamp {
  return timestamp(store.clock.now());
}

export function newRow(store: Store): Row {
  const at = now(store);
  return { id: store.newId(), created: at, updated: at };
}

export function isPrefect2(store: Store): boolean {
  return store.version.startsWith('2.');
}

export function find<Value>(values: Iterable<Value>, matches: (value: Value) => boolean): Value | undefined {
  for (const value of values) if (matches(value)) return value;
  return undefined;
}

/** The queue and the pool of a flow run or a deployment; empty for one without. */
export function placeOf(
  store: Store,
  { work_queue_id: id }: { readonly work_queue_id: string | null },
): { readonly queue?: WorkQueue; readonly pool?: WorkPool } {
  const queue = id === null ? undefined : store.queues.get(id);
  const pool = queue && store.pools.get(queue.work_pool_id);
  return queue === undefined || pool === undefined ? {} : { queue, pool };
}
