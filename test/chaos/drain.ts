import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import type { DeployedPackage } from './deployed-package.ts';
import { DELAY_MS } from './faults.ts';
import { type InvocationEnd, LambdaSandbox } from './lambda-sandbox.ts';
import type { SkippingClock } from './skipping-clock.ts';

const MINUTE_MS = 60_000;
const TICK = { source: 'aws.events', 'detail-type': 'Scheduled Event' };

/** Shorter than deployed, so that no invocation waits for runs that are put back: the next wake has them. */
const TIMEOUT_MS = 12_000;

/** The first invocations are killed, each at any moment of its init or of the time in which it launches most. */
const KILLS = 20;
const KILLED_WITHIN_MS = 1500;

const MAX_WAKES = 60;

export interface DrainOptions {
  readonly seed: string;
  readonly sandbox: Sandbox;
  readonly deployed: DeployedPackage;
  /** Path of AWS's runtime client. */
  readonly client: string;
  readonly clock: SkippingClock;
  /** The file descriptor that the functions log to. */
  readonly log: number;
  readonly isDrained: () => boolean;
}

/**
 * Wakes the poll function each minute until the queue is drained and a poll has done its work, and kills it on
 * the way. The rest of each minute is skipped.
 */
export async function drain(options: DrainOptions): Promise<readonly InvocationEnd[]> {
  const { seed, clock, isDrained } = options;
  const random = seededRandom(`${seed}/kills`);
  const ends: InvocationEnd[] = [];
  let lambda = sandboxOf('poll', options);
  try {
    for (let wakeMs = clock.now(); ends.length < MAX_WAKES; wakeMs += MINUTE_MS) {
      clock.skipTo(wakeMs);
      const end = await lambda.invoke(TICK, ends.length < KILLS ? random() * KILLED_WITHIN_MS : undefined);
      ends.push(end);
      if (end.kind === 'answered' && isDrained()) break;
      // What it had sent is served within seconds, not minutes later.
      await clock.sleep(2 * DELAY_MS);
      if (end.kind === 'killed' || end.kind === 'timed-out') lambda = sandboxOf('poll', options);
    }
  } finally {
    await lambda[Symbol.asyncDispose]();
  }
  return ends;
}

/** Asks the health function, in a sandbox of its own. */
export async function askHealth(options: DrainOptions): Promise<InvocationEnd> {
  await using lambda = sandboxOf('health', options);
  return await lambda.invoke({ version: '2.0', rawPath: '/api/health' });
}

function sandboxOf(
  name: 'poll' | 'health',
  { sandbox, deployed, client, clock, log }: DrainOptions,
): LambdaSandbox {
  return new LambdaSandbox({
    deployed: deployed[name],
    taskRoot: deployed.taskRoot,
    client,
    env: sandbox.functionEnv,
    clock,
    log,
    timeoutMs: TIMEOUT_MS,
  });
}
