import { setTimeout as delay } from 'node:timers/promises';
import { table } from '../../src/cli/table.ts';
import { startGenuineWorker } from '../interop/prefect3/genuine-worker.ts';
import { POOL, type PoolWorld, startPoolWorld } from '../interop/prefect3/pool-world.ts';
import type { BenchOptions } from './bench-options.ts';
import { everyMinute } from './every-minute.ts';
import { PollFunction } from './poll-function.ts';
import { sum } from './sum.ts';

const RUNS = [10, 100];

/** How long a queue may take, in milliseconds. */
const PATIENCE_MS = 300_000;

interface PoolToDrain {
  readonly world: PoolWorld;
  /** Opens the pool, and starts the time. */
  readonly open: () => Promise<void>;
  /** Aborts when each run has its task, or the time is up. */
  readonly drained: AbortSignal;
}

/** Most memory that the agent had, in bytes. */
type Drain = (pool: PoolToDrain) => Promise<number | undefined>;

/** How fast runs of a work pool of a genuine Prefect 3 server are launched, by this agent and by Prefect's worker. */
export async function benchWorkPool({ peer }: BenchOptions): Promise<string> {
  if (!peer) return 'Left out: it needs a genuine Prefect 3, as --peer does.\n';
  const rows: string[][] = [];
  for (const runs of RUNS) rows.push(['this', ...(await drainPool(runs, drainWithFunction))]);
  for (const runs of RUNS) rows.push(['Prefect’s worker', ...(await drainPool(runs, drainWithWorker))]);
  return table([HEADER, ...rows]);
}

const HEADER = [
  'AGENT',
  'RUNS',
  'LAUNCHED',
  'FIRST AFTER, S',
  'LAST AFTER, S',
  'REST A RUN',
  'ECS A RUN',
  'MEMORY, MB',
];

async function drainPool(runs: number, drain: Drain): Promise<string[]> {
  // Played tasks: so many flow processes would measure this machine.
  await using world = await startPoolWorld({ prefect: 'prefect3', execute: false });
  const { api, ecs, server } = world;
  await world.setUpPool('--yes');
  const { traced } = await world.deploy();
  await api.changePool(POOL, { is_paused: true });
  await api.createFlowRuns(traced, runs);
  const launchesMs: number[] = [];
  const drained = new AbortController();
  ecs.onTaskChange((task) => {
    if (task.lastStatus !== 'PROVISIONING') return;
    launchesMs.push(task.createdAt.getTime());
    if (launchesMs.length === runs) drained.abort();
  });
  let startMs = NaN;
  let before = 0;
  const peakMemoryBytes = await drain({
    world,
    drained: AbortSignal.any([drained.signal, AbortSignal.timeout(PATIENCE_MS)]),
    open: async () => {
      await api.changePool(POOL, { is_paused: false });
      startMs = Date.now();
      before = server.requests.length;
    },
  });
  const seconds = (atMs: number | undefined) => (((atMs ?? NaN) - startMs) / 1000).toFixed(1);
  return [
    `${runs}`,
    `${launchesMs.length}`,
    seconds(launchesMs[0]),
    seconds(launchesMs.at(-1)),
    ((server.requests.length - before) / runs).toFixed(2),
    (sum(ecs.calls) / runs).toFixed(2),
    peakMemoryBytes === undefined ? '-' : (peakMemoryBytes / 1e6).toFixed(0),
  ];
}

/** The built function, woken once a minute; its cold start counts. */
const drainWithFunction: Drain = async ({ world, open, drained }) => {
  await open();
  await using poll = new PollFunction(world.agentEnv);
  await everyMinute(drained, () => poll.wake());
  return Math.max(...poll.usages.map(({ peakMemoryBytes }) => peakMemoryBytes));
};

/** Prefect's own worker. It lives already when the pool is opened, and looks every 10 s. */
const drainWithWorker: Drain = async ({ world, open, drained }) => {
  await using worker = startGenuineWorker(world);
  while (!world.server.requests.some((request) => request.includes('get_scheduled_flow_runs')))
    await delay(50);
  await open();
  while (!drained.aborted) await delay(50);
  // What it tells the server afterwards belongs to the launches.
  await delay(3000);
  return await worker.peakMemoryBytes();
};
