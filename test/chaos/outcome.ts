import * as z from 'zod/mini';
import { table } from '../../src/cli/table.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { sum } from '../bench/sum.ts';
import { Checks } from '../support/checks.ts';
import type { InvocationEnd } from './lambda-sandbox.ts';
import type { RunsSeen } from './watch-runs.ts';

/**
 * How many runs may stay claimed without a task: none, for the sweep launches those whose invocation was killed
 * between claim and launch.
 */
export const MOST_LEFT_CLAIMED = 0;

/** Fewer kills would show nothing. */
const LEAST_KILLS = 3;

export interface Outcome {
  readonly sandbox: Sandbox;
  readonly seen: RunsSeen;
  /** The invocations of the poll function. */
  readonly ends: readonly InvocationEnd[];
  /** The invocation of the health function that followed. */
  readonly health: InvocationEnd;
  /** How many faults of each kind there were. */
  readonly faults: ReadonlyMap<string, number>;
  readonly seconds: number;
}

/** What happened, as two tables. */
export function summary({ sandbox, seen, ends, faults, seconds }: Outcome): string {
  const killedInInit = ends.filter((end) => end.kind === 'killed' && !end.initialized).length;
  const happened = [
    ['invocations', `${ends.length}`],
    ['  answered', `${count(ends, 'answered')}`],
    ['  failed', `${count(ends, 'failed')}`],
    ['  killed', `${count(ends, 'killed')}, ${killedInInit} of them before they could be invoked`],
    ['tasks', `${sandbox.ecs.tasks().length}`],
    ['runs executed', `${seen.executions.size}`],
    ['runs left claimed without a task', `${seen.leftClaimed().length}`],
    ['requests to Prefect', `${sum(sandbox.prefect1.calls)}`],
    ['requests to ECS', `${sum(sandbox.ecs.calls)}`],
    ['requests to DynamoDB', `${sum(sandbox.dynamo.calls)}`],
    ['seconds', seconds.toFixed(1)],
  ];
  const kinds = [...faults].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, n]) => [kind, `${n}`]);
  return `\n${table(happened)}\n${table([['FAULT', 'REQUESTS'], ...kinds])}\n`;
}

/** Checks what must hold whatever went wrong; answers the exit code. */
export function check({ sandbox, seen, ends, health, faults }: Outcome): number {
  const checks = new Checks();
  const none = (what: string, found: readonly unknown[]) => {
    checks.equal(what, found, []);
  };
  const left = seen.leftClaimed();
  const launched = sandbox.prefect1.flowRuns().filter(({ id }) => !left.includes(id));
  const times = (id: string) => seen.executions.get(id) ?? 0;
  checks.equal('the function was killed', count(ends, 'killed') >= LEAST_KILLS, true);
  checks.equal('requests failed', faults.size > 0, true);
  checks.equal('no more runs are left claimed than may be', left.length <= MOST_LEFT_CLAIMED, true);
  none(
    'each run is executed once',
    launched.filter(({ id }) => times(id) !== 1).map(({ id }) => `${id}: ${times(id)} times`),
  );
  none(
    'each run ends in Success',
    launched.filter(({ state }) => state !== 'Success').map(({ id, state }) => `${id}: ${state}`),
  );
  none('no run is failed', seen.failed);
  none('no run that has a task is put back', seen.putBackWithTask);
  none('no task is launched without a claim', seen.unclaimed);
  none(
    'no claim gets two tasks',
    [...seen.tasks].filter(([, tasks]) => tasks > 1),
  );
  checks.equal('no invocation times out', count(ends, 'timed-out'), 0);
  checks.equal('the health function answers 200', statusOf(health), 200);
  return checks.end();
}

const count = (ends: readonly InvocationEnd[], kind: InvocationEnd['kind']) =>
  ends.filter((end) => end.kind === kind).length;

const response = z.object({ body: z.object({ statusCode: z.number() }) });

/** An end that is no answer is shown as it is. */
function statusOf(health: InvocationEnd): unknown {
  return response.safeParse(health).data?.body.statusCode ?? health;
}
