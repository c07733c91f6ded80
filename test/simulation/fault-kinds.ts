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
  /** A wake or the stop of a task is delivered again; a wake with the same id. */
  'repeated-event',
  /** What tells of a stopped task comes minutes late, after newer ones. */
  'late-event',
  /** What tells of a stopped task never comes. */
  'lost-event',
  /** Single requests for the control record fail, before or after the effect. */
  'control-errors',
  /** Users cancel runs, and restart those that have ended. */
  'users',
  /** Tasks take minutes to come up. */
  'slow-provisioning',
  /** Tasks that stop before their container runs, for the run's sake or the account's. */
  'failed-starts',
  /** Requests take effect long after their senders have given up. */
  'late-effects',
  /** Another worker claims due runs that the agent has seen (Prefect 3). */
  'rivals',
  /** Deployments are deleted, the work pool is paused for a while (Prefect 3). */
  'operators',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];
