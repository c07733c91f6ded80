import { noteState } from './new-state.ts';
import { type Ruling, ruleOn } from './rules.ts';
import { isFinal, type ProposedState, type State } from './state.ts';
import { now, type Store } from './store.ts';
import type { FlowRun } from './tables.ts';

/** The answer to a proposed state. */
export interface Verdict {
  readonly status: Ruling['status'];
  /** What the run is in now. */
  readonly state: State;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Puts a run into a state if the rules allow it. @returns the verdict, and whether a state was written */
export function proposeState(
  store: Store,
  run: FlowRun,
  proposed: ProposedState,
  force = false,
): { readonly verdict: Verdict; readonly written: boolean } {
  const ruling = ruleOn({ store, run, to: proposed }, force);
  const { status } = ruling;
  switch (status) {
    case 'ACCEPT': {
      if (run.lease !== undefined && !force) {
        proposed.state_details.deployment_concurrency_lease_id = run.lease.id;
      }
      const state = writeState(store, run, proposed);
      // The genuine server shows the details of the proposal, which a bulk request has in common for all its runs.
      const shown = { ...state, state_details: proposed.state_details };
      return { verdict: { status, state: shown, details: { type: 'accept_details' } }, written: true };
    }
    case 'REJECT': {
      if (ruling.state !== undefined) writeState(store, run, ruling.state);
      const details = { type: 'reject_details', reason: ruling.reason };
      return { verdict: { status, state: run.state, details }, written: ruling.state !== undefined };
    }
    case 'ABORT': {
      const details = { type: 'abort_details', reason: ruling.reason };
      return { verdict: { status, state: run.state, details }, written: false };
    }
    case 'WAIT': {
      const details = { type: 'wait_details', delay_seconds: ruling.delaySeconds, reason: ruling.reason };
      return { verdict: { status, state: run.state, details }, written: false };
    }
  }
}

/**
 * Writes a state without asking the rules, and what follows from it for the run, by Prefect's `GlobalFlowPolicy`.
 * @param at when it is written. Default: now.
 */
export function writeState(store: Store, run: FlowRun, proposed: ProposedState, at = now(store)): State {
  const from = run.state;
  proposed.state_details.flow_run_id = run.id;
  const to: State = {
    ...proposed,
    ...{ id: store.newId(), timestamp: at },
    state_details: { ...proposed.state_details },
  };
  run.state = to;
  run.updated = at;
  if (to.type === 'RUNNING') run.run_count += 1;
  if (to.type === 'RUNNING' || isFinal(to.type)) run.start_time ??= at;
  if (from.type === 'RUNNING') run.total_run_time += (Date.parse(at) - Date.parse(from.timestamp)) / 1000;
  run.end_time = isFinal(to.type) ? (run.end_time ?? at) : null;
  run.next_scheduled_start_time = to.type === 'SCHEDULED' ? to.state_details.scheduled_time : null;
  if (!['PENDING', 'RUNNING', 'CANCELLING'].includes(to.type)) run.lease = undefined;
  else if (to.type === 'RUNNING' && run.lease !== undefined) run.lease = { ...run.lease, untilMs: Infinity };
  noteState(store, run, from);
  return to;
}
