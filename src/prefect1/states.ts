import * as z from 'zod/mini';
import type { Claimant } from '../agent/flow-run.ts';

/** A state as Prefect 1 serializes it. */
export type SerializedState = Readonly<Record<string, unknown>> & { readonly type: string };

const VERSION = '1.4.1';

const STATE_TYPES = new Set([
  'Cached',
  'Cancelled',
  'Cancelling',
  'ClientFailed',
  'Failed',
  'Finished',
  'Looped',
  'Mapped',
  'Paused',
  'Pending',
  'Queued',
  'Resume',
  'Retrying',
  'Running',
  'Scheduled',
  'Skipped',
  'Submitted',
  'Success',
  'TimedOut',
  'TriggerFailed',
  'ValidationFailed',
]);

/** Scheduled and the states that Prefect derives from it. */
const SCHEDULED_TYPES = new Set(['Paused', 'Resume', 'Retrying', 'Scheduled']);

/** A state of a type that Prefect 1 knows. */
export const serializedState = z.looseObject(
  {
    type: z.string('expected a state type').check(
      z.refine((type) => STATE_TYPES.has(type), {
        error: ({ input }) => `Unsupported value: ${String(input)}`,
      }),
    ),
  },
  'expected a serialized state',
);

export function isScheduled({ type }: SerializedState): boolean {
  return SCHEDULED_TYPES.has(type);
}

/** Queued counts: Prefect Cloud holds such a run back for its concurrency limit and offers it again. */
export function isClaimable(state: SerializedState): boolean {
  return isScheduled(state) || state.type === 'Queued';
}

/** Where a claim is written into a Submitted state's `context`. */
const CLAIM_KEY = 'serverless_prefect_agent';

const claimContext = z.object({
  type: z.literal('Submitted'),
  context: z.object({
    [CLAIM_KEY]: z.object({ agent: z.string(), invocation: z.string(), claim_key: z.string() }),
  }),
});

/** The state that claims a run, for the version that it replaces. */
export function submitted(
  previous: SerializedState,
  message: string,
  { agent, invocation }: Claimant,
  claimKey: string,
): SerializedState {
  return state('Submitted', message, {
    // A Queued state wraps the one that it holds back.
    state: previous.type === 'Queued' ? (previous.state ?? null) : previous,
    context: { [CLAIM_KEY]: { agent, invocation, claim_key: claimKey } },
  });
}

/** Whether the state is the claim of this claimant, and not of another or of an earlier invocation. */
export function isClaimOf(state: unknown, { agent, invocation }: Claimant): boolean {
  const parsed = claimContext.safeParse(state);
  if (!parsed.success) return false;
  const claim = parsed.data.context[CLAIM_KEY];
  return claim.agent === agent && claim.invocation === invocation;
}

export function cancelledState(message: string): SerializedState {
  return state('Cancelled', message);
}

export function failedState(message: string): SerializedState {
  return state('Failed', message);
}

/**
 * The state of a run that an agent puts back. It says so, for such a run must not be launched ahead, and since
 * when the run is due, for it gets no younger.
 */
export function putBackState(message: string, startTimeMs: number, dueSinceMs?: number): SerializedState {
  const dueSince = dueSinceMs === undefined ? {} : { due_since_ms: dueSinceMs };
  return state('Scheduled', message, {
    start_time: timestamp(startTimeMs),
    context: { [CLAIM_KEY]: { put_back: true, ...dueSince } },
  });
}

const putBackContext = z.object({
  type: z.literal('Scheduled'),
  context: z.object({
    [CLAIM_KEY]: z.object({
      put_back: z.literal(true),
      due_since_ms: z.catch(z.optional(z.number()), undefined),
    }),
  }),
});

/**
 * That an agent has put the run back, and nobody has rescheduled it since; undefined: it is not so.
 * `dueSinceMs`: when it was due at first, in milliseconds since the epoch.
 */
export function readPutBack(state: SerializedState): { readonly dueSinceMs: number | undefined } | undefined {
  const { data } = putBackContext.safeParse(state);
  return data && { dueSinceMs: data.context[CLAIM_KEY].due_since_ms };
}

/** A time as the genuine agent writes it. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000+00:00');
}

function state(type: string, message: string, rest: Record<string, unknown> = {}): SerializedState {
  const noResult = { type: 'NoResultType', __version__: VERSION };
  return { type, message, context: {}, cached_inputs: {}, _result: noResult, __version__: VERSION, ...rest };
}
