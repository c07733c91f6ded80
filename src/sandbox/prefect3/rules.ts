import { isLimited, renewSlot, takeSlot } from './concurrency.ts';
import { isFinal, type ProposedState, proposedState, type StateType } from './state.ts';
import { isPrefect2, now, type Store } from './store.ts';
import type { FlowRun } from './tables.ts';
import { timestamp } from './time.ts';

/** What the rules say to a state that was proposed. */
export type Ruling =
  | { readonly status: 'ACCEPT' }
  /** `state` is written in the place of the proposed one; undefined: nothing is. */
  | { readonly status: 'REJECT'; readonly state?: ProposedState; readonly reason: string }
  | { readonly status: 'ABORT'; readonly reason: string }
  | { readonly status: 'WAIT'; readonly delaySeconds: number; readonly reason: string };

interface Transition {
  readonly store: Store;
  readonly run: FlowRun;
  readonly to: ProposedState;
}

/** undefined: nothing against it. A rule may add to the details of the proposed state. */
type Rule = (transition: Transition) => Ruling | undefined;

/** How long a run waits for a free slot before it is due again, in milliseconds. */
const SLOT_WAIT_MS = 30_000;
const SLOT_REASON = 'Deployment concurrency limit reached.';

/**
 * Whether a run may go into a state, by the rules of Prefect's `CoreFlowPolicy` in their order;
 * a forced one passes all but one of them (`MinimalFlowPolicy`).
 */
export function ruleOn(transition: Transition, force: boolean): Ruling {
  for (const rule of force ? [bypassCancelling] : coreRules) {
    const ruling = rule(transition);
    if (ruling !== undefined) return ruling;
  }
  return { status: 'ACCEPT' };
}

const preventDuplicates: Rule = ({ run, to }) => {
  const { transition_id: id } = to.state_details;
  return id !== null && id === run.state.state_details.transition_id
    ? { status: 'REJECT', reason: 'This run has already made this state transition.' }
    : undefined;
};

const keepTerminal: Rule = ({ run: { state, deployment_id }, to }) => {
  if (!isFinal(state.type)) return undefined;
  if (is(to, 'CANCELLING', 'PAUSED', 'CRASHED')) {
    return { status: 'ABORT', reason: `Run is already in terminal state ${state.type}.` };
  }
  if (state.type === 'COMPLETED' && !isFinal(to.type) && isPersisted(state.data)) {
    return { status: 'REJECT', reason: 'Run is already COMPLETED.' };
  }
  return to.type === 'SCHEDULED' && deployment_id === null
    ? { status: 'ABORT', reason: 'Cannot reschedule a run without an associated deployment.' }
    : undefined;
};

const enforceCancelling: Rule = ({ run, to }) =>
  is(run.state, 'CANCELLING') && !is(to, 'CANCELLED')
    ? {
        status: 'REJECT',
        reason: 'Cannot transition flows that are cancelling to a state other than Cancelled.',
      }
    : undefined;

const bypassCancelling: Rule = ({ store, run, to }) =>
  is(to, 'CANCELLING') && is(run.state, 'SCHEDULED') && run.infrastructure_pid === null
    ? {
        status: 'REJECT',
        state: proposedState({ type: 'CANCELLED' }, now(store)),
        reason: 'Scheduled flow run has no infrastructure to terminate.',
      }
    : undefined;

const preventPending: Rule = ({ store, run: { state }, to }) => {
  if (!is(to, 'PENDING') || !is(state, 'PENDING', 'RUNNING', 'CANCELLING', 'CANCELLED')) return undefined;
  const renames = is(state, 'PENDING') && to.name !== state.name && to.name !== 'Pending';
  if (renames && !isPrefect2(store)) {
    to.state_details.scheduled_time = state.state_details.scheduled_time;
    return undefined;
  }
  const reason = `This run is in a ${state.type} state and cannot transition to a PENDING state.`;
  return { status: is(state, 'CANCELLED') && isPrefect2(store) ? 'REJECT' : 'ABORT', reason };
};

const keepSlot: Rule = ({ store, run, to }) => {
  if (!is(run.state, 'PENDING') || !is(to, 'RUNNING') || run.lease === undefined) return undefined;
  const deployment = store.deployments.get(run.deployment_id ?? '');
  if (!isLimited(deployment)) return undefined;
  run.lease = renewSlot(store, run.lease, deployment);
  if (run.lease !== undefined) return undefined;
  const message =
    'Deployment concurrency slot lost during provisioning - no slots available to continue execution';
  return {
    status: 'REJECT',
    state: proposedState({ type: 'CANCELLED', message }, now(store)),
    reason: 'Deployment concurrency limit reached after lease expiry.',
  };
};

const secureSlot: Rule = ({ store, run, to }) => {
  if (!is(to, 'PENDING') || is(run.state, 'PENDING', 'RUNNING', 'CANCELLING') || isPrefect2(store))
    return undefined;
  if (run.deployment_id === null) return undefined;
  const deployment = store.deployments.get(run.deployment_id);
  if (deployment === undefined) return { status: 'ABORT', reason: 'Deployment not found.' };
  if (!isLimited(deployment)) return undefined;
  run.lease = takeSlot(store, deployment);
  if (run.lease !== undefined) return undefined;
  const state =
    deployment.concurrency_options?.collision_strategy === 'CANCEL_NEW'
      ? ({ type: 'CANCELLED', message: SLOT_REASON } as const)
      : ({
          type: 'SCHEDULED',
          name: 'AwaitingConcurrencySlot',
          state_details: { scheduled_time: timestamp(store.clock.now() + SLOT_WAIT_MS) },
        } as const);
  return { status: 'REJECT', state: proposedState(state, now(store)), reason: SLOT_REASON };
};

const pauseOnlyRunning: Rule = ({ run, to }) =>
  is(to, 'PAUSED') && !is(run.state, 'RUNNING')
    ? { status: 'REJECT', reason: 'Cannot pause flows that are not currently running.' }
    : undefined;

const leavePaused: Rule = ({ run, to }) =>
  is(run.state, 'PAUSED') && !is(to, 'RUNNING', 'SCHEDULED') && !isFinal(to.type)
    ? {
        status: 'REJECT',
        reason: `This run cannot transition to the StateType.${to.type} state from the StateType.PAUSED state.`,
      }
    : undefined;

const copyScheduledTime: Rule = ({ run, to }) => {
  if (is(run.state, 'SCHEDULED') && is(to, 'PENDING')) {
    to.state_details.scheduled_time ??= run.state.state_details.scheduled_time;
  }
  return undefined;
};

const waitForScheduledTime: Rule = ({ store, run, to }) => {
  const { scheduled_time: time } = run.state.state_details;
  if (!is(run.state, 'SCHEDULED', 'PENDING') || !is(to, 'RUNNING') || time === null) return undefined;
  const delaySeconds = Math.round((Date.parse(time) - store.clock.now()) / 1000);
  return delaySeconds > 0
    ? { status: 'WAIT', delaySeconds, reason: 'Scheduled time is in the future' }
    : undefined;
};

const coreRules: readonly Rule[] = [
  preventDuplicates,
  keepTerminal,
  enforceCancelling,
  bypassCancelling,
  preventPending,
  keepSlot,
  secureSlot,
  pauseOnlyRunning,
  leavePaused,
  copyScheduledTime,
  waitForScheduledTime,
];

function is({ type }: { readonly type: StateType }, ...types: readonly StateType[]): boolean {
  return types.includes(type);
}

function isPersisted(data: unknown): boolean {
  return typeof data === 'object' && data !== null && (data as { type?: unknown }).type !== 'unpersisted';
}
