/** What may go wrong in a simulation, by name. Each can be switched on alone. */
export const FAULT_KINDS = [
  /** Single requests to Prefect: 500, a lost connection, a web page, a GraphQL error, before or after the effect. */
  'prefect-errors',
  /** Single requests to Prefect: 429 with Retry-After. */
  'prefect-rate-limit',
  /** Single requests take seconds, less than their time-outs. */
  'delays',
  /** Every request to Prefect fails for a while. */
  'prefect-outage',
  /** Single requests to ECS: 500, a lost connection, before or after the effect. */
  'ecs-errors',
  'ecs-throttle',
  /** Single RunTasks are answered with `failures`. */
  'ecs-failures',
  /** No RunTask finds room for a while. */
  'ecs-capacity',
  /** ECS refuses the agent's role for a while. */
  'ecs-denied',
  /** The cluster is gone for a while. */
  'ecs-cluster',
  /** An invocation ends in the middle, as if its process were gone. */
  'kill',
  /** An invocation stands still for up to some minutes and goes on as if nothing had been. */
  'freeze',
  /** The wall clock of an invocation jumps, by a minute at most. */
  'clock-jump',
  'double-wake',
  'skipped-wake',
  /** A wake is delivered again, with the same id. */
  'repeated-event',
  /** Users cancel runs, and restart those that have ended. */
  'users',
  /** Tasks take minutes to come up. */
  'slow-provisioning',
  /** Tasks that stop before their container runs. */
  'failed-starts',
  /** Requests take effect long after their senders have given up. */
  'late-effects',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** Everything, but what makes it impossible to say who must launch a run as long as nothing recovers claims. */
export const ALL_BUT_LATE: ReadonlySet<FaultKind> = new Set(
  FAULT_KINDS.filter((kind) => kind !== 'late-effects'),
);
