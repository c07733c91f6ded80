import { GraphQLError } from 'graphql';
import * as z from 'zod/mini';

/** A state as Prefect's `StateSchema` writes it. */
export interface SerializedState {
  readonly type: string;
  readonly message: string | null;
  readonly context: Readonly<Record<string, unknown>>;
  readonly cached_inputs: Readonly<Record<string, unknown>>;
  readonly start_time?: string | null;
  readonly state?: SerializedState | null;
  readonly [field: string]: unknown;
}

type OwnFields = (now: string) => Readonly<Record<string, unknown>>;

const none: OwnFields = () => ({});
const starts: OwnFields = (now) => ({ start_time: now });
const wraps: OwnFields = () => ({ state: null });

/** What each type has beyond the common fields, with its defaults. */
const ownFields: Readonly<Record<string, OwnFields>> = {
  Pending: none,
  Scheduled: starts,
  Resume: starts,
  Retrying: (now) => ({ start_time: now, run_count: 1 }),
  // A pause without a time lasts until someone resumes the run.
  Paused: () => ({ start_time: null }),
  Queued: (now) => ({ start_time: now, state: null }),
  Submitted: wraps,
  ClientFailed: wraps,
  Running: none,
  Cancelling: none,
  Finished: none,
  Looped: () => ({ loop_count: 1 }),
  Success: none,
  Cached: () => ({ cached_parameters: null, cached_result_expiration: null, hashed_inputs: null }),
  Mapped: () => ({ n_map_states: 0 }),
  Skipped: none,
  Failed: none,
  TimedOut: none,
  TriggerFailed: none,
  ValidationFailed: none,
  Cancelled: none,
};

const scheduledTypes = new Set(['Scheduled', 'Paused', 'Resume', 'Retrying', 'Queued']);
const unfinishedTypes = new Set([
  ...scheduledTypes,
  'Pending',
  'Submitted',
  'ClientFailed',
  'Running',
  'Cancelling',
]);

/** Waits for its start time: Prefect's `is_scheduled`. */
export const isScheduled = (type: string): boolean => scheduledTypes.has(type);

/** Prefect's `is_running`: a flow run that is being cancelled still runs. */
export const isRunning = (type: string): boolean => type === 'Running' || type === 'Cancelling';

/** Prefect's `is_finished`. */
export const isFinished = (type: string): boolean => !unfinishedTypes.has(type);

function unsupported({ input }: { readonly input?: unknown }): string {
  if (input == null) return 'Missing data for required field.';
  return `Unsupported value: ${print(input)}`;
}

function print(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const mapping = z.nullish(z.record(z.string(), z.unknown(), 'Not a valid mapping type.'));

const stateSchema = z.looseObject({
  type: z
    .string({ error: unsupported })
    .check(z.refine((type) => Object.hasOwn(ownFields, type), { error: unsupported })),
  message: z.nullish(z.string('Not a valid string.')),
  context: mapping,
  cached_inputs: mapping,
  _result: z.optional(z.looseObject({}, 'Field may not be null.')),
  start_time: z.nullish(
    z
      .string('Not a valid datetime.')
      .check(z.refine((text) => !Number.isNaN(Date.parse(text)), 'Not a valid datetime.')),
  ),
  get state() {
    return z.nullish(stateSchema);
  },
});

/**
 * Reads a state as the genuine server does, which writes it down anew: fields that its type does not have are
 * lost, those that it lacks get their defaults.
 * @param now the start time of a scheduled state that has none
 * @throws GraphQLError in the genuine server's words when the state can't be read
 */
export function loadState(json: unknown, now: string): SerializedState {
  const parsed = stateSchema.safeParse(json);
  if (parsed.success) return complete(parsed.data, now);
  const [issue] = parsed.error.issues;
  if (issue === undefined || issue.path.length === 0) {
    throw new GraphQLError(`{'_schema': 'Invalid data type: ${print(json)}'}`);
  }
  const path = issue.path.map(String);
  throw new GraphQLError(path.reduceRight((words, key) => `{'${key}': ${words}}`, `['${issue.message}']`));
}

function complete(state: z.infer<typeof stateSchema>, now: string): SerializedState {
  const { type } = state;
  const own = ownFields[type]?.(now) ?? {};
  const fields = Object.entries(own).map(([field, fallback]) => [field, state[field] ?? fallback]);
  const wrapped = state.state && 'state' in own ? { state: complete(state.state, now) } : {};
  return {
    context: state.context ?? {},
    message: state.message ?? null,
    cached_inputs: state.cached_inputs ?? {},
    ...(type !== 'Mapped' && { _result: state._result ?? { __version__: '1.4.1', type: 'NoResultType' } }),
    ...(Object.fromEntries(fields) as Record<string, unknown>),
    ...wrapped,
    __version__: '1.4.1',
    type,
  };
}
