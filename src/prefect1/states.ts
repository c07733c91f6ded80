import * as z from 'zod/mini';
import type { Claimant } from '../agent/flow-run.ts';
import type { HeldClaim } from '../agent/held-run.ts';

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

export function isScheduled({ type }: Pick<SerializedState, 'type'>): boolean {
  return SCHEDULED_TYPES.has(type);
}

/** Queued counts: Prefect Cloud holds such a run back for its concurrency limit and offers it again. */
export function isClaimable(state: SerializedState): boolean {
  return isScheduled(state) || state.type === 'Queued';
}

/** Where a state's `context` holds what the agent must find in it again. */
const CONTEXT_KEY = 'serverless_prefect_agent';

const claimContext = z.object({
  type: z.literal('Submitted'),
  context: z.object({
    [CONTEXT_KEY]: z.object({ agent: z.string(), invocation: z.string(), claim_key: z.string() }),
  }),
  state: z.optional(z.unknown()),
});

/** Later and earlier ones are no moments: `Date` has no text for them. */
const MAX_MS = 8.64e15;

const moment = z.number().check(z.refine((ms) => Math.abs(ms) <= MAX_MS));

const putBackContext = z.object({
  type: z.string(),
  context: z.object({
    [CONTEXT_KEY]: z.object({
      put_back: z.literal(true),
      due_since_ms: z.catch(z.optional(moment), undefined),
    }),
  }),
});

/**
 * The state that claims a run.
 * @param previous the state that it replaces
 */
export function claimState(
  { agent, invocation }: Claimant,
  claimKey: string,
  previous: SerializedState,
  message: string,
): SerializedState {
  return state('Submitted', message, {
    // A Queued state wraps the one that it holds back.
    state: previous.type === 'Queued' ? (previous.state ?? null) : previous,
    context: { [CONTEXT_KEY]: { agent, invocation, claim_key: claimKey } },
  });
}

/** The claim that a state is; undefined: it is none of an agent like this. */
export function readClaim(state: unknown): HeldClaim | undefined {
  const parsed = claimContext.safeParse(state);
  if (!parsed.success) return undefined;
  const { agent, invocation, claim_key: claimKey } = parsed.data.context[CONTEXT_KEY];
  return {
    claimKey,
    claimant: { agent, invocation },
    isRepeated: readPutBack(parsed.data.state) !== undefined,
  };
}

/** What every claim of an agent contains, for a filter. */
export function claimOfAgent(agent: string): unknown {
  return { context: { [CONTEXT_KEY]: { agent } } };
}

/**
 * The state of a run that an agent puts back. It says so, for such a run must not be launched ahead, and since
 * when the run is due (milliseconds since the epoch), for it gets no younger.
 */
export function putBackState(
  reason: string,
  startTimeMs: number,
  dueSinceMs: number | undefined,
): SerializedState {
  const dueSince = dueSinceMs === undefined ? {} : { due_since_ms: dueSinceMs };
  return state('Scheduled', reason, {
    start_time: timestamp(startTimeMs),
    context: { [CONTEXT_KEY]: { put_back: true, ...dueSince } },
  });
}

/**
 * That an agent has put the run back, and nobody has rescheduled it since; undefined: it is not so.
 * `dueSinceMs`: when it was due at first, in milliseconds since the epoch.
 */
export function readPutBack(state: unknown): { readonly dueSinceMs: number | undefined } | undefined {
  const { data } = putBackContext.safeParse(state);
  return data !== undefined && isScheduled(data)
    ? { dueSinceMs: data.context[CONTEXT_KEY].due_since_ms }
    : undefined;
}

/** What every state contains with which an agent has put a run back, for a filter. */
export const ANY_PUT_BACK = { context: { [CONTEXT_KEY]: { put_back: true } } };

/**
 * The state of a claimed task run that goes back: what it was before the claim, for a Retrying state counts the
 * attempts of its task, at a later time.
 */
export function releasedState(claim: unknown, reason: string, startTimeMs: number): SerializedState {
  const parsed = z.object({ state: serializedState }).safeParse(claim);
  const back = putBackState(reason, startTimeMs, undefined);
  if (!parsed.success || !isScheduled(parsed.data.state)) return back;
  const { state: previous } = parsed.data;
  const context = { ...Object(previous.context), ...Object(back.context) } as Record<string, unknown>;
  return { ...previous, start_time: back.start_time, context };
}

export function failedState(message: string): SerializedState {
  return state('Failed', message);
}

export function cancelledState(message: string): SerializedState {
  return state('Cancelled', message);
}

/** A time as the genuine agent writes it. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000+00:00');
}

function state(type: string, message: string, rest: Record<string, unknown> = {}): SerializedState {
  const noResult = { type: 'NoResultType', __version__: VERSION };
  return { type, message, context: {}, cached_inputs: {}, _result: noResult, __version__: VERSION, ...rest };
}
