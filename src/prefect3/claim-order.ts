import type { Prefect3FlowRun } from './flow-run.ts';

/** What the API takes at once. */
const MAX_BULK = 50;

/** Runs that are claimed by one request. */
type Batch = readonly Prefect3FlowRun[];

/**
 * Which runs are claimed by one request, and which requests follow one another; the others go side by side.
 *
 * All runs that are due already go together, those that were put back apart. The server (3.8.8) writes what it adds to
 * the state of one run of a request into those of the others: so each early one goes alone, for its start time, and
 * each that takes a slot of its deployment, for the slot. Two that share one would lose it with the first that ends.
 * These follow one another, for the oldest is to have the first slot.
 */
export function claimOrder(runs: readonly Prefect3FlowRun[], nowMs: number): readonly (readonly Batch[])[] {
  const isLimited = ({ deployment }: Prefect3FlowRun) => deployment?.isLimited === true;
  const limited = Map.groupBy(runs.filter(isLimited), ({ deployment }) => deployment?.id);
  const { due = [], early = [] } = Object.groupBy(
    runs.filter((run) => !isLimited(run)),
    ({ startTimeMs }) => (startTimeMs <= nowMs ? 'due' : 'early'),
  );
  const together = [due.filter((run) => !run.isPutBack), due.filter((run) => run.isPutBack)].flatMap(pages);
  return [
    ...together.map((batch) => [batch]),
    ...early.map((run) => [[run]]),
    ...Array.from(limited.values(), (ofOne) => ofOne.map((run) => [run])),
  ];
}

function pages<T>(items: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / MAX_BULK);
  return Array.from({ length: count }, (_, i) => items.slice(i * MAX_BULK, (i + 1) * MAX_BULK));
}
