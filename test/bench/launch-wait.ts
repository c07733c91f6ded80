import { systemClock } from '../../src/clock.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { flowRunOf } from './flow-run-of.ts';
import { everyMinute } from './every-minute.ts';
import { playFlows } from './play-flows.ts';
import { PollFunction } from './poll-function.ts';

const RUNS = 60;
const SPREAD_MS = 180_000;

/** How long a run may wait for its launch after the last one was created, in milliseconds. */
const PATIENCE_MS = 90_000;

export interface LaunchWaitOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the function is invoked for each run as well, when it is created. @default false */
  readonly poke?: boolean;
}

export interface LaunchWait {
  /** From each run's creation until ECS accepted its task. Runs that were never launched are missing. */
  readonly waitsMs: readonly number[];
  readonly invocations: number;
  /** How long the function runs in a minute. */
  readonly secondsAMinute: number;
}

/** How long runs wait that are created for now, at random moments, when the function wakes once a minute. */
export async function measureLaunchWait({ env = {}, poke = false }: LaunchWaitOptions): Promise<LaunchWait> {
  await using sandbox = await startSandbox({ execute: false });
  const { prefect1, ecs, functionEnv } = sandbox;
  playFlows(sandbox);
  const flow = prefect1.createFlow({ name: 'etl', storage: { type: 'Local' } });
  const created = new Map<string, number>();
  const waitsMs: number[] = [];
  const ended = new AbortController();
  ecs.onTaskChange((task) => {
    if (task.lastStatus !== 'PROVISIONING') return;
    waitsMs.push(task.createdAt.getTime() - (created.get(flowRunOf(task)) ?? NaN));
    if (waitsMs.length === RUNS) ended.abort();
  });
  await using poll = new PollFunction({ ...functionEnv, ...env });
  const startMs = Date.now();
  const createAll = async () => {
    const random = seededRandom('run now');
    const moments = Array.from({ length: RUNS }, () => startMs + random() * SPREAD_MS).sort((a, b) => a - b);
    const pokes: Promise<void>[] = [];
    for (const momentMs of moments) {
      await systemClock.sleep(Math.max(0, momentMs - Date.now()));
      created.set(prefect1.createFlowRun({ flowId: flow.id }).id, Date.now());
      if (poke) pokes.push(poll.wake());
    }
    await Promise.all(pokes);
  };
  const late = AbortSignal.timeout(SPREAD_MS + PATIENCE_MS);
  const schedule = everyMinute(AbortSignal.any([ended.signal, late]), () => poll.wake());
  await Promise.all([createAll(), schedule]);
  const runningMs = poll.usages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const secondsAMinute = (60 * runningMs) / (Date.now() - startMs);
  return { waitsMs, invocations: poll.usages.length, secondsAMinute };
}
