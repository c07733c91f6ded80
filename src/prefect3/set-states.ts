import type * as z from 'zod/mini';
import type { Prefect3Client } from './client.ts';
import { PrefectApiError } from '../errors.ts';
import { bulkVerdicts, type Verdict, verdict } from './schemas.ts';
import type { ProposedState } from './states.ts';

export interface SetStatesOptions {
  readonly client: Prefect3Client;
  /** Whether the server sets several states at once: Prefect 2 does not, nor Prefect 3 before 3.6.16. */
  readonly bulk: { isMissing: boolean };
}

/** Runs, and what they must be for their state to be changed. */
export interface StateFilter {
  readonly ids: readonly string[];
  /** With that of the proposed state among them, the same request sent again finds what it has changed. */
  readonly types: readonly string[];
}

/**
 * Proposes a state for those of some runs that are of certain types when the request takes effect: a single
 * `set_state` changes also what has gone on since it was read.
 * @returns the verdict on each of those; undefined: the server knows no such request.
 */
export async function setStates(
  { client, bulk }: SetStatesOptions,
  { ids, types }: StateFilter,
  state: ProposedState,
  signal: AbortSignal,
): Promise<z.infer<typeof bulkVerdicts>['results'] | undefined> {
  if (bulk.isMissing) return undefined;
  const flowRuns = { id: { any_: ids }, state: { type: { any_: types } } };
  const body = { flow_runs: flowRuns, state, force: false, limit: ids.length };
  const name = 'bulk_set_state';
  const request = { name, method: 'POST', path: `/flow_runs/${name}`, body, answer: bulkVerdicts } as const;
  try {
    return (await client.request(request, signal)).results;
  } catch (error) {
    if (!(error instanceof PrefectApiError) || (error.status !== 404 && error.status !== 405)) throw error;
    bulk.isMissing = true;
    return undefined;
  }
}

/** Proposes a state for one run. Never by force: that would take runs away from others. */
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
