import { GraphQLError } from 'graphql';
import { isFinished, isRunning, isScheduled, loadState } from './state.ts';
import type { SerializedState } from './state.ts';
import { now } from './store.ts';
import type { Store } from './store.ts';
import { timestamptz } from './tables.ts';
import type { FlowRun, TaskRun } from './tables.ts';

/** A state that a client wants a run to have. */
export interface StateChange {
  readonly id: string;
  /** The version that the client saw. */
  readonly version?: number | null | undefined;
  readonly state: unknown;
}

const maximumStateLength = 1_000_000;

/** How long a submitted flow run can't be submitted again. */
const SUBMITTED_LOCK_MS = 30_000;

/**
 * Sets a flow run's state. Cancelled reaches its unfinished task runs as well.
 * @param agentId who submits the run; kept when such an agent has registered
 * @throws GraphQLError when the state can't be read, or the rules refuse it
 */
export function setFlowRunState(store: Store, change: StateChange, agentId?: string): FlowRun {
  const state = readState(store, change.state);
  const run = store.tables.flow_run.get(change.id);
  if (run === undefined) throw new GraphQLError(`State update failed for flow run ID ${change.id}`);
  checkVersion(store, 'flow', run, change);
  if (state.type === 'Submitted') takeSubmittedLock(store, run.id);
  if (state.type === 'Cancelled') cancelTaskRuns(store, run.id, state);

  const from = applyState(store, run, state);
  if (state.type === 'Submitted' && agentId !== undefined && store.tables.agent.has(agentId)) {
    run.agent_id = agentId;
  }
  for (const listener of store.stateListeners) listener({ flowRunId: run.id, from, to: state });
  return run;
}

/**
 * Sets a task run's state.
 * @throws GraphQLError when the state can't be read, or the rules refuse it
 */
export function setTaskRunState(store: Store, change: StateChange): TaskRun {
  let state = readState(store, change.state);
  const run = store.tables.task_run.get(change.id);
  if (run === undefined) throw new GraphQLError(`State update failed for task run ID ${change.id}`);
  checkVersion(store, 'task', run, change);
  if (isRunning(state.type) && store.tables.flow_run.get(run.flow_run_id)?.state !== 'Running') {
    throw new GraphQLError(
      `State update failed for task run ID ${run.id}: provided a running state but associated flow run ` +
        `${run.flow_run_id} is not in a running state.`,
    );
  }
  if (Object.keys(state.cached_inputs).length === 0) {
    state = { ...state, cached_inputs: run.serialized_state.cached_inputs };
  }

  const from = applyState(store, run, state);
  for (const listener of store.stateListeners) {
    listener({ flowRunId: run.flow_run_id, taskRunId: run.id, from, to: state });
  }
  return run;
}

/**
 * Cancels a flow run: one that runs is asked to (Cancelling), a finished one is left alone.
 * @throws GraphQLError when there is no such run
 */
export function cancelFlowRun(store: Store, id: string): FlowRun {
  const run = store.tables.flow_run.get(id);
  if (run === undefined) throw new GraphQLError(`Invalid flow run ID: ${id}.`);
  if (isFinished(run.state)) return run;
  const state = isRunning(run.state)
    ? { type: 'Cancelling', message: 'Flow run is cancelling' }
    : { type: 'Cancelled', message: 'Flow run is cancelled' };
  return setFlowRunState(store, { id, state });
}

function readState(store: Store, json: unknown): SerializedState {
  if (JSON.stringify(json).length > maximumStateLength) throw new GraphQLError('State payload is too large.');
  return loadState(json, now(store));
}

function checkVersion(store: Store, kind: string, run: FlowRun | TaskRun, { version }: StateChange): void {
  if (!store.versionLocking || version == null || version === run.version) return;
  throw new GraphQLError(
    `State update failed for ${kind} run ID ${run.id}: version ${version} was given, it is at ${run.version}`,
    { extensions: { code: 'VERSION_LOCKING_ERROR' } },
  );
}

function takeSubmittedLock(store: Store, id: string): void {
  const nowMs = store.clock.now();
  if (nowMs < (store.submittedUntilMs.get(id) ?? 0)) {
    throw new GraphQLError('State update failed: this run has already been submitted.');
  }
  store.submittedUntilMs.set(id, nowMs + SUBMITTED_LOCK_MS);
}

function cancelTaskRuns(store: Store, flowRunId: string, state: SerializedState): void {
  for (const run of store.tables.task_run.values()) {
    if (run.flow_run_id === flowRunId && !isFinished(run.state))
      setTaskRunState(store, { id: run.id, state });
  }
}

/** Moves the run's columns to `state`. Gives the type of the state before. */
function applyState(store: Store, run: FlowRun | TaskRun, state: SerializedState): string {
  const from = run.state;
  const timestamp = now(store);
  run.version += 1;
  run.state = state.type;
  run.state_timestamp = timestamp;
  run.state_message = state.message;
  run.state_start_time = isScheduled(state.type) && state.start_time ? timestamptz(state.start_time) : null;
  run.serialized_state = state;
  if (state.type === 'Running') run.start_time ??= timestamp;
  return from;
}
