import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { everyMinute } from './every-minute.ts';
import { PollFunction } from './poll-function.ts';

/** Where the stand-in for the flow process is. A node process for each run would measure this machine. */
const PROGRAMS = fileURLToPath(new URL('./bin', import.meta.url));

const RUNS = 200;
const SPREAD_MS = 120_000;

/** When the first run starts: later than any lead, so that the agent meets all runs as it does day by day. */
const FIRST_MS = 130_000;

/** How long Fargate takes until a container runs. */
const PROVISIONING_MS = [20_000, 60_000] as const;

/** A run that has not started so long after its start time never will, in milliseconds. */
const PATIENCE_MS = 150_000;

/**
 * How late flow processes start when the function with these settings wakes once a minute, in milliseconds;
 * less than 0: early. Runs that never started are missing.
 */
export async function measureLateness(env: Readonly<Record<string, string>>): Promise<readonly number[]> {
  const random = seededRandom('on time');
  const starts = new Map<string, number>();
  const lateMs: number[] = [];
  const ended = new AbortController();
  const [least, most] = PROVISIONING_MS;
  await using sandbox = await startSandbox({
    path: [PROGRAMS],
    ecs: { provisioningMs: () => least + random() * (most - least) },
    onOutput: ({ environment }) => {
      const id = environment['PREFECT__CONTEXT__FLOW_RUN_ID'] ?? '';
      const startMs = starts.get(id);
      if (startMs === undefined) return;
      starts.delete(id);
      lateMs.push(Date.now() - startMs);
      if (starts.size === 0) ended.abort();
    },
  });
  const { prefect1, functionEnv } = sandbox;
  const flow = prefect1.createFlow({ name: 'etl', storage: { type: 'Local' } });
  const firstMs = Date.now() + FIRST_MS;
  for (let i = 0; i < RUNS; i++) {
    const startMs = Math.round(firstMs + random() * SPREAD_MS);
    const { id } = prefect1.createFlowRun({ flowId: flow.id, startTime: new Date(startMs).toISOString() });
    starts.set(id, startMs);
  }
  await using poll = new PollFunction({ ...functionEnv, ...env });
  const late = AbortSignal.timeout(FIRST_MS + SPREAD_MS + PATIENCE_MS);
  await everyMinute(AbortSignal.any([ended.signal, late]), () => poll.wake());
  return lateMs;
}
