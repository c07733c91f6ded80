import type { Claimant } from '../agent/flow-run.ts';
import type { HeldClaim } from '../agent/held-run.ts';
import type { State } from './schemas.ts';

// A state of Prefect 3 has no place of its own for what the agent must find in it again, but for its message.
const JSON_TEXT = String.raw`("(?:[^"\\]|\\.)*")`;
const CLAIM = new RegExp(`^Claimed (again )?by agent ${JSON_TEXT} in invocation ${JSON_TEXT}$`);
const PUT_BACK = /^Put back in the queue by the agent(?:, due since ([^\s:]+T\S+Z))?: /;

/** The message of the state that claims a run. @param isRepeated whether an agent had put it back before. */
export function claimMessage({ agent, invocation }: Claimant, isRepeated: boolean): string {
  const again = isRepeated ? 'again ' : '';
  return `Claimed ${again}by agent ${JSON.stringify(agent)} in invocation ${JSON.stringify(invocation)}`;
}

/** The claim that a state is; undefined when it is none of an agent like this. */
export function readClaim({ type, message, state_details: details }: State): HeldClaim | undefined {
  const [, again, agent, invocation] = CLAIM.exec(message ?? '') ?? [];
  const claimKey = details?.transition_id;
  if (type !== 'PENDING' || agent === undefined || invocation === undefined || claimKey == null) {
    return undefined;
  }
  const claimant = { agent: JSON.parse(agent) as string, invocation: JSON.parse(invocation) as string };
  return { claimKey, claimant, isRepeated: again !== undefined };
}

/** Whether the state is the claim of this claimant, and not of another or of an earlier invocation. */
export function isClaimOf(state: State, { agent, invocation }: Claimant): boolean {
  const claimant = readClaim(state)?.claimant;
  return claimant?.agent === agent && claimant.invocation === invocation;
}

/**
 * The message of a run that an agent puts back. It says so, for such a run must not be launched ahead, and since when
 * the run is due (milliseconds since the epoch), for it gets no younger.
 */
export function putBackMessage(reason: string, dueSinceMs: number | undefined): string {
  const since = dueSinceMs === undefined ? '' : `, due since ${new Date(dueSinceMs).toISOString()}`;
  return `Put back in the queue by the agent${since}: ${reason}`;
}

/** That an agent has put the run back, and nobody has rescheduled it since; undefined: it is not so. */
export function readPutBack({
  type,
  message,
}: State): { readonly dueSinceMs: number | undefined } | undefined {
  const match = PUT_BACK.exec(message ?? '');
  if (type !== 'SCHEDULED' || match === null) return undefined;
  const [, since] = match;
  return { dueSinceMs: since === undefined ? undefined : Date.parse(since) };
}
