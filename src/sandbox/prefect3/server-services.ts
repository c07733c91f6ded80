import { writeState } from './set-state.ts';
import { proposedState } from './state.ts';
import { isPrefect2, now, type Store } from './store.ts';
import { timestamp } from './time.ts';

const LATE_AFTER_MS = 15_000;
const CANCELLING_TIMEOUT_MS = 300_000;

/**
 * Does what the server would have done by now of itself: scheduled runs turn Late, and runs that nobody cancels
 * turn Cancelled. It is called before each request and each look at the store, so that nothing has to wait on a clock.
 */
export function catchUp(store: Store): void {
  const nowMs = store.clock.now();
  for (const run of store.flowRuns.values()) {
    const { type, name, state_details: details } = run.state;
    if (type === 'SCHEDULED' && name === 'Scheduled') {
      const lateMs = Date.parse(details.scheduled_time ?? '') + LATE_AFTER_MS;
      if (lateMs > nowMs) continue;
      const late = { type, name: 'Late', state_details: { scheduled_time: details.scheduled_time } };
      writeState(store, run, proposedState(late, now(store)));
    } else if (type === 'CANCELLING' && !isPrefect2(store)) {
      const endMs = Date.parse(run.state.timestamp) + CANCELLING_TIMEOUT_MS;
      if (endMs > nowMs) continue;
      const cancelled = { type: 'CANCELLED', message: 'Flow run cancellation timed out.' } as const;
      writeState(store, run, proposedState(cancelled, now(store)), timestamp(endMs));
    }
  }
}
