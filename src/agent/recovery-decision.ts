import type { HeldRun } from './held-run.ts';
import type { LaunchedTask, TaskEnd } from './launched-task.ts';

/** How often a run's task may stop before its flow process has reported. The last one fails the run. */
const MAX_ATTEMPTS = 3;

/** How long a run waits after its first stopped launch, in milliseconds; twice as long after each further one. */
const FIRST_DELAY_MS = 60_000;
const LONGEST_DELAY_MS = 15 * 60_000;

/** So many launches that stopped alike are no accident. */
const LEAST_ALIKE = 3;

/** What is to be done about a run that an agent holds. */
export type RecoveryDecision =
  | { readonly kind: 'leave'; readonly reason: string }
  /** Launch the claim again, with its own key. */
  | { readonly kind: 'launch' }
  | { readonly kind: 'put-back'; readonly reason: string; readonly delayMs: number }
  | { readonly kind: 'fail'; readonly reason: string };

export interface RecoveryFacts {
  readonly held: HeldRun;
  readonly tasks: readonly LaunchedTask[];
  /** Whether a run whose process was interrupted goes back to the queue. False: it fails. */
  readonly rescheduleInterrupted: boolean;
  /** What most launches stop with these days, by its likeness: that lies in the account. */
  readonly accountsLikeness?: string | undefined;
}

/** Decides by the two truths, the run's state and its tasks, what becomes of a run. */
export function decideRecovery({ held, tasks, ...rules }: RecoveryFacts): RecoveryDecision {
  if (tasks.some(({ end }) => end === undefined)) return leave('A task of it lives.');
  switch (held.stage) {
    case 'claimed':
    case 'resuming':
      return unreported(held.claim, tasks, rules.accountsLikeness);
    case 'running':
      return reported(held.sinceMs, tasks, rules.rescheduleInterrupted);
    case 'cancelled':
    case 'cancelling':
      return leave('It was cancelled.');
  }
}

function unreported(
  { claimKey, isRepeated }: { readonly claimKey: string; readonly isRepeated: boolean },
  tasks: readonly LaunchedTask[],
  accountsLikeness: string | undefined,
): RecoveryDecision {
  const last = lastEnd(tasks.filter((task) => task.claimKey === claimKey));
  if (last === undefined) return { kind: 'launch' };
  // What stopped in an earlier life of the run, before a user has started it again, is no attempt of this one.
  const ends = tasks
    .filter((task) => isRepeated || task.claimKey === claimKey)
    .flatMap(({ end }) => end ?? []);
  const isRuns = ({ cause, likeness }: TaskEnd) => cause === 'run' && likeness !== accountsLikeness;
  const attempts = ends.filter(isRuns).length;
  if (isRuns(last) && attempts >= MAX_ATTEMPTS) {
    const times = `${attempts} tasks stopped before the flow process reported. The last one: `;
    return { kind: 'fail', reason: times + last.reason };
  }
  const count = isRuns(last) ? attempts : ends.length;
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (count - 1), LONGEST_DELAY_MS);
  return { kind: 'put-back', reason: last.reason, delayMs };
}

function reported(
  sinceMs: number,
  tasks: readonly LaunchedTask[],
  rescheduleInterrupted: boolean,
): RecoveryDecision {
  const last = lastEnd(tasks);
  if (last === undefined) return leave('None of its tasks is known.');
  if (last.atMs <= sinceMs) return leave('It has become Running since its last task stopped.');
  if (last.cause === 'interruption') {
    return rescheduleInterrupted
      ? { kind: 'put-back', reason: last.reason, delayMs: FIRST_DELAY_MS }
      : { kind: 'fail', reason: last.reason };
  }
  // The process of a run that waits for retries ends well, and is started again for them.
  if (last.exitCode === 0) return leave('Its process ended well.');
  return { kind: 'fail', reason: last.reason };
}

/**
 * What most of the launches of one sweep stopped with, if they ran different programs: one bad image is a run's
 * fault, the same end of several is the account's. undefined: nothing stands out.
 * @param ends the last end of each run's tasks.
 */
export function likenessOfMost(ends: readonly TaskEnd[]): string | undefined {
  const groups = [...Map.groupBy(ends, ({ likeness }) => likeness)];
  const [likeness, most] = groups.find(([, group]) => 2 * group.length > ends.length) ?? [undefined, []];
  const programs = new Set(most.map(({ program }) => program));
  return most.length >= LEAST_ALIKE && programs.size > 1 ? likeness : undefined;
}

/** The end of the task that stopped last. */
export function lastEnd(tasks: readonly LaunchedTask[]): TaskEnd | undefined {
  const ends = tasks.flatMap(({ end }) => end ?? []);
  return ends.toSorted((a, b) => b.atMs - a.atMs)[0];
}

function leave(reason: string): RecoveryDecision {
  return { kind: 'leave', reason };
}
