import type { Prefect1Client } from './client.ts';
import type { SerializedState } from './states.ts';

/** State changes in one request: a run may wait for hundreds of mapped retries. */
export const MAX_CHANGES = 50;

/** Ids of what changes its state, and to what. */
export interface StateChange {
  readonly id: string;
  /** The version that the change replaces; Prefect Cloud may check it. */
  readonly version: number;
  readonly state: SerializedState;
}

/** `applied`, the server said so; `refused`, it said that it did not; `unclear`, it said neither. */
export type StateChangeResult =
  | { readonly kind: 'applied' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unclear'; readonly reason: string };

/**
 * Sets the states of flow runs, or of task runs, in one request: one aliased mutation for each, since several
 * states in one mutation share its fate. Never sent again: after an unclear answer the caller has to look.
 * @throws PrefectApiError when there was no answer that speaks of single changes.
 */
export async function setStates(
  client: Prefect1Client,
  kind: 'flow_run' | 'task_run',
  changes: readonly StateChange[],
  signal: AbortSignal,
): Promise<readonly StateChangeResult[]> {
  const mutation = `set_${kind}_states`;
  const inputs = changes.map(({ id, version, state }) => ({
    states: [{ [`${kind}_id`]: id, version, state }],
  }));
  const { data, errors } = await client.requestEach<Record<string, unknown>, Record<string, unknown>>(
    { name: mutation, resend: 'unsent', document: setStatesDocument(kind, changes.length) },
    Object.fromEntries(inputs.map((input, i) => [alias(i), input])),
    signal,
  );
  return changes.map((_, i) => {
    const own = errors.find((error) => error.alias === alias(i));
    if (own !== undefined) return fromError(own.message, own.code);
    const [first] = errors;
    return fromPayload(data[alias(i)], first?.message ?? 'the answer does not mention it');
  });
}

/** The document of `setStates` for `count` changes. */
export function setStatesDocument(kind: 'flow_run' | 'task_run', count: number): string {
  const mutation = `set_${kind}_states`;
  const aliases = Array.from({ length: count }, (_, i) => alias(i));
  const variables = aliases.map((name) => `$${name}: ${mutation}_input!`).join(', ');
  const fields = aliases.map(
    (name) => `${name}: ${mutation}(input: $${name}) { states { id status message } }`,
  );
  return `mutation (${variables}) { ${fields.join(' ')} }`;
}

function alias(index: number): string {
  return `s${index}`;
}

/** The two refusals that are known to come before the state is written. Any other error may come after. */
function fromError(message: string, code: string | undefined): StateChangeResult {
  const refused = code === 'VERSION_LOCKING_ERROR' || message.includes('State update failed');
  return { kind: refused ? 'refused' : 'unclear', reason: message };
}

function fromPayload(payload: unknown, otherwise: string): StateChangeResult {
  const { states } = Object(payload) as { states?: unknown };
  const first: unknown = Array.isArray(states) ? states[0] : undefined;
  const { status, message } = Object(first) as { status?: unknown; message?: unknown };
  if (status === 'SUCCESS') return { kind: 'applied' };
  if (typeof status !== 'string') return { kind: 'unclear', reason: otherwise };
  const detail = typeof message === 'string' ? `: ${message}` : '';
  return { kind: 'refused', reason: `The server answered ${status}${detail}` };
}
