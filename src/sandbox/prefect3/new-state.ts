import type { State } from './state.ts';
import { isPrefect2, type Store } from './store.ts';
import type { FlowRun } from './tables.ts';

const LATE_AFTER_MS = 15_000;
const CANCELLING_TIMEOUT_MS = 300_000;

/** Notes that a run has come into its state, and tells it. @param from undefined: the run is new. */
export function noteState(store: Store, { id, state }: FlowRun, from: State | undefined): void {
  const history = store.states.get(id) ?? [];
  history.push(state);
  store.states.set(id, history);
  store.nextServiceMs = Math.min(store.nextServiceMs, serviceMs(store, state));
  for (const listener of store.stateListeners) listener({ flowRunId: id, from, to: state });
}

/** When the server changes a run of itself, in milliseconds since the epoch; Infinity: never. */
export function serviceMs(store: Store, { type, name, timestamp, state_details: details }: State): number {
  if (type === 'SCHEDULED' && name === 'Scheduled') {
    return Date.parse(details.scheduled_time ?? timestamp) + LATE_AFTER_MS;
  }
  const isEnded = type === 'CANCELLING' && !isPrefect2(store);
  return isEnded ? Date.parse(timestamp) + CANCELLING_TIMEOUT_MS : Infinity;
}
