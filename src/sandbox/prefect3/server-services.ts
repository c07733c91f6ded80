import { serviceMs } from './new-state.ts';
import { writeState } from './set-state.ts';
import { proposedState } from './state.ts';
import { now, type Store } from './store.ts';
import { timestamp } from './time.ts';

/**
 * Does what the server would have done by now of itself: scheduled runs turn Late, and runs that nobody cancels
 * turn Cancelled. It is called before each request and each look at the store, so that nothing has to wait on a clock.
 */
export function catchUp(store: Store): void {
  const nowMs = store.clock.now();
  if (store.nextServiceMs > nowMs) return;
  // What listeners do meanwhile lowers it as well.
  store.nextServiceMs = Infinity;
  for (const run of store.flowRuns.values()) {
    const { state } = run;
    const dueMs = serviceMs(store, state);
    if (dueMs > nowMs) {
      store.nextServiceMs = Math.min(store.nextServiceMs, dueMs);
    } else if (state.type === 'SCHEDULED') {
      const { scheduled_time } = state.state_details;
      const late = { type: state.type, name: 'Late', state_details: { scheduled_time } };
      writeState(store, run, proposedState(late, now(store)));
    } else {
      const cancelled = { type: 'CANCELLED', message: 'Flow run cancellation timed out.' } as const;
      writeState(store, run, proposedState(cancelled, now(store)), timestamp(dueMs));
    }
  }
}
