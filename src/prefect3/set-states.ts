import type { Prefect3Client } from './client.ts';
import { type Verdict, verdict } from './schemas.ts';

/** A state to be proposed. */
export interface ProposedState {
  readonly type: 'PENDING' | 'SCHEDULED' | 'CRASHED' | 'CANCELLED';
  readonly name: string;
  readonly message: string;
  readonly state_details: {
    /** By this the server, and whoever proposes it again, recognises the same proposal. Made anew for each. */
    readonly transition_id: string;
    readonly scheduled_time?: string;
  };
}

/** Proposes a state. Never by force: that would take runs away from others. */
export async function setState(
  client: Prefect3Client,
  flowRunId: string,
  state: ProposedState,
  signal: AbortSignal,
): Promise<Verdict> {
  const path = `/flow_runs/${flowRunId}/set_state`;
  const body = { state, force: false };
  return client.request({ name: 'set_state', method: 'POST', path, body, answer: verdict }, signal);
}

/** Whether the run is in the proposed state: it was accepted, now or by an earlier request whose answer was lost. */
export function isInForce({ status, state }: Verdict, { state_details: details }: ProposedState): boolean {
  return status === 'ACCEPT' || state?.state_details?.transition_id === details.transition_id;
}

/** Why a proposed state is not in force. */
export function refusalText({ status, state, details }: Verdict): string {
  const current = state == null ? '' : ` It is ${state.type}${state.message ? `: ${state.message}` : ''}.`;
  return `The server answered ${status}: ${details?.reason ?? 'no reason given'}${current}`;
}
