import { fileURLToPath } from 'node:url';
import type { PollResult } from '../../../src/functions/handle-poll.ts';
import { startLocalFunction } from '../../../src/sandbox/lambda/local-function.ts';
import type { Checks } from '../../support/checks.ts';
import { aheadRuns } from './ahead-runs.ts';
import { dueRuns } from './due-runs.ts';
import { limitedRuns } from './limited-runs.ts';
import { sum } from '../../bench/sum.ts';
import { checkOneClaimer } from './one-claimer.ts';
import { type PoolWorldOptions, startPoolWorld } from './pool-world.ts';
import type { Story } from './story.ts';

const BUNDLE = fileURLToPath(new URL('../../../dist/poll.mjs', import.meta.url));

/** Flows of Prefect 2 or 3, by the genuine server. */
export async function checkPool(prefect: PoolWorldOptions['prefect'], checks: Checks): Promise<void> {
  await using world = await startPoolWorld({ prefect, execute: true });
  process.stdout.write(`        the server answered after ${(world.server.startMs / 1000).toFixed(0)} s\n`);
  await using poll = startLocalFunction({
    functionName: 'poll',
    bundle: BUNDLE,
    env: world.agentEnv,
    timeoutMs: 58_000,
    onLog: () => undefined,
  });
  const invoke: Story['invoke'] = async () => {
    const { result, error } = await poll.invoke({});
    if (error !== undefined) throw new Error(`${error.errorType}: ${error.errorMessage}`);
    return result as PollResult & { dryRun: false };
  };
  const setUps = [await world.setUpPool('--yes'), await world.setUpPool()];
  checks.equal(
    'setup-pool creates the pool, and then has nothing to change',
    setUps.map(({ action }) => action),
    ['create', 'none'],
  );
  const story: Story = { world, api: world.api, deployments: await world.deploy(), checks, invoke };
  await checkOneClaimer(story);
  // The checks in the order of what has to be looked at first.
  const chapters = [await aheadRuns(story), await limitedRuns(story), await dueRuns(story)];
  const { started, durationMs, calls } = await invoke();
  checks.equal(
    'the first invocation launches what is due or soon will be',
    started,
    prefect === 'prefect3' ? 6 : 5,
  );
  process.stdout.write(
    `        in ${durationMs} ms, with ${sum(calls.prefect)} calls of Prefect and ${sum(calls.ecs)} of ECS\n`,
  );
  for (const check of chapters) await check();
}
