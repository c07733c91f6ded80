import { fileURLToPath } from 'node:url';
import { formatDuration } from '../../src/cli/format-duration.ts';
import { table } from '../../src/cli/table.ts';
import type { PollResult } from '../../src/functions/poll.ts';
import { startLocalFunction } from '../../src/sandbox/lambda/local-function.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/poll.mjs', import.meta.url));

/** What a cold invocation costs for so many due runs of one definition, at AWS's own rates. */
export async function benchCalls(counts: readonly number[]): Promise<string> {
  const rows: string[][] = [];
  for (const count of counts) rows.push(await measure(count));
  return table([['DUE RUNS', 'STARTED', 'PREFECT CALLS', 'ECS CALLS', 'THROTTLED', 'SECONDS'], ...rows]);
}

async function measure(count: number): Promise<string[]> {
  // Played tasks: a hundred processes would measure this machine.
  await using sandbox = await startSandbox({ execute: false });
  const { prefect1, ecs } = sandbox;
  const flow = prefect1.createFlow({ name: 'etl' });
  for (let i = 0; i < count; i++) prefect1.createFlowRun({ flowId: flow.id });
  await using poll = startLocalFunction({
    functionName: 'poll',
    bundle: BUNDLE,
    env: sandbox.functionEnv,
    timeoutMs: 55_000,
    onLog: () => undefined,
  });
  const { result, error } = await poll.invoke({});
  if (error !== undefined) throw new Error(error.errorMessage);
  const { calls, durationMs, ...done } = result as PollResult & { dryRun: false };
  const sum = (byOperation: Readonly<Record<string, number>>) =>
    Object.values(byOperation).reduce((a, b) => a + b, 0);
  const throttled = sum(ecs.calls) - 2 - done.started;
  return [count, done.started, sum(calls.prefect), sum(calls.ecs), throttled, formatDuration(durationMs)].map(
    String,
  );
}
