import type { Claimant } from '../agent/flow-run.ts';
import type { HeldClaim } from '../agent/held-run.ts';
import type { State } from './schemas.ts';

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

// A state of Prefect 3 has no place of its own for what the agent must find in it again, but for its message.
const JSON_TEXT = String.raw`("(?:[^"\\]|\\.)*")`;
const CLAIM = new RegExp(`^Claimed (again )?by agent ${JSON_TEXT} in invocation ${JSON_TEXT}$`);
const PUT_BACK = /^Put back in the queue by the agent(?:, due since ([^\s:]+T\S+Z))?: /;

/**
 * The state that claims a run.
 * @param claimKey becomes its transition id
 * @param isRepeated whether an agent had put the run back before
 */
export function claimState(
  { agent, invocation }: Claimant,
  claimKey: string,
  isRepeated: boolean,
): ProposedState {
  const again = isRepeated ? 'again ' : '';
  const message = `Claimed ${again}by agent ${JSON.stringify(agent)} in invocation ${JSON.stringify(invocation)}`;
  return { type: 'PENDING', name: 'Pending', message, state_details: { transition_id: claimKey } };
}

/** The claim that a state is; undefined: it is none of an agent like this. */
export function readClaim({ type, message, state_details: details }: State): HeldClaim | undefined {
  const [, again, agent, invocation] = CLAIM.exec(message ?? '') ?? [];
  const claimKey = details?.transition_id;
  if (type !== 'PENDING' || agent === undefined || invocation === undefined || claimKey == null) {
    return undefined;
  }
  const claimant = { agent: JSON.parse(agent) as string, invocation: JSON.parse(invocation) as string };
  return { claimKey, claimant, isRepeated: again !== undefined };
}

/**
 * The state of a run that an agent puts back. It says so, for such a run must not be launched ahead, and since
 * when the run is due (milliseconds since the epoch), for it gets no younger.
 */
export function putBackState(
  reason: string,
  transitionId: string,
  startTimeMs: number,
  dueSinceMs: number | undefined,
): ProposedState {
  const since = dueSinceMs === undefined ? '' : `, due since ${new Date(dueSinceMs).toISOString()}`;
  return {
    type: 'SCHEDULED',
    name: 'AwaitingRetry',
    message: `Put back in the queue by the agent${since}: ${reason}`,
    state_details: { transition_id: transitionId, scheduled_time: new Date(startTimeMs).toISOString() },
  };
}

/**
 * That an agent has put the run back, and nobody has rescheduled it since; undefined: it is not so.
 * `dueSinceMs`: when it was due at first, in milliseconds since the epoch.
 */
export function readPutBack({
  type,
  message,
}: State): { readonly dueSinceMs: number | undefined } | undefined {
  const match = PUT_BACK.exec(message ?? '');
  if (type !== 'SCHEDULED' || match === null) return undefined;
  const [, since] = match;
  return { dueSinceMs: since === undefined ? undefined : Date.parse(since) };
}

export function failedState(message: string, transitionId: string): ProposedState {
  return { type: 'CRASHED', name: 'Crashed', message, state_details: { transition_id: transitionId } };
}

export function cancelledState(message: string, transitionId: string): ProposedState {
  return { type: 'CANCELLED', name: 'Cancelled', message, state_details: { transition_id: transitionId } };
}
