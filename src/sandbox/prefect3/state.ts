import * as z from 'zod/mini';
import { moment, type Timestamp } from './time.ts';

const stateType = z.enum([
  'SCHEDULED',
  'PENDING',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'CRASHED',
  'PAUSED',
  'CANCELLING',
]);

export type StateType = z.infer<typeof stateType>;

/** What a state says beside its type. The API writes many more members, which are null or false for a flow run. */
interface StateDetails {
  flow_run_id: string | null;
  scheduled_time: Timestamp | null;
  transition_id: string | null;
  deployment_concurrency_lease_id: string | null;
  pause_timeout: Timestamp | null;
  pause_reschedule: boolean;
  untrackable_result: boolean;
}

/** A state that somebody would like a run to be in. Its details are changed by the rules on the way. */
export interface ProposedState {
  readonly type: StateType;
  readonly name: string;
  readonly message: string | null;
  readonly data: unknown;
  readonly state_details: StateDetails;
}

export interface State extends ProposedState {
  readonly id: string;
  readonly timestamp: Timestamp;
}

const details = z.object({
  scheduled_time: z.nullish(moment),
  transition_id: z.nullish(z.guid()),
  pause_timeout: z.nullish(moment),
  pause_reschedule: z.nullish(z.boolean()),
  untrackable_result: z.nullish(z.boolean()),
});

const members = {
  type: stateType,
  name: z.nullish(z.string()),
  message: z.nullish(z.string()),
  data: z.optional(z.unknown()),
  state_details: z.nullish(details),
};

/** A state in a request. Other members are refused; unknown details are passed over. */
export const stateBody = z.strictObject(members);

/** The same in Prefect 2, whose clients may say when it was. */
export const stateBodyOfPrefect2 = z.strictObject({ ...members, timestamp: z.nullish(moment) });

export type StateBody = z.infer<typeof stateBody>;
/** A state as a client writes it. */
export type StateInput = z.input<typeof stateBody>;

export function proposedState(state: StateBody, now: Timestamp): ProposedState {
  const { type, name, message, data, state_details: given } = state;
  return {
    type,
    name: name ?? type.charAt(0) + type.slice(1).toLowerCase(),
    message: message ?? null,
    data: data ?? null,
    state_details: {
      flow_run_id: null,
      scheduled_time: given?.scheduled_time ?? (type === 'SCHEDULED' ? now : null),
      transition_id: given?.transition_id ?? null,
      deployment_concurrency_lease_id: null,
      pause_timeout: given?.pause_timeout ?? null,
      pause_reschedule: given?.pause_reschedule ?? false,
      untrackable_result: given?.untrackable_result ?? false,
    },
  };
}

/** Whether a run in such a state has ended. */
export function isFinal(type: StateType): boolean {
  return ['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED'].includes(type);
}
