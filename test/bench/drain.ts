import pMap from 'p-map';
import { table } from '../../src/cli/table.ts';
import type { BenchOptions } from './bench-options.ts';
import { drainQueue, type Drained, type Queue } from './drain-queue.ts';
import { drainWithFunction } from './drain-with-function.ts';
import { drainWithPeer } from './drain-with-peer.ts';
import { targets } from './targets.ts';

const RUNS = [25, 100, 1000];
const DEFINITIONS = [1, 10, 100];
const PEER_RUNS = [25, 100];

/** Queues that are drained at once: each has quotas of its own, but they share this machine. */
const CONCURRENCY = 3;

/** What AWS allows: 20 at once, then 20 launches and one new definition a second. */
function secondsAtBest({ runs, definitions }: Queue): number {
  return Math.max(0, (runs - 20) / 20, definitions - 20);
}

/** How fast queues are drained at AWS's own rates, and what that takes. */
export async function benchDrain({ peer }: BenchOptions): Promise<string> {
  const queues = RUNS.flatMap((runs) =>
    DEFINITIONS.filter((definitions) => definitions <= runs).map((definitions) => ({ runs, definitions })),
  );
  const ours = await pMap(queues, (queue) => drainQueue(queue, drainWithFunction()), {
    concurrency: CONCURRENCY,
  });
  const theirs = peer
    ? await pMap(PEER_RUNS, (runs) => drainQueue({ runs, definitions: 1 }, drainWithPeer), { concurrency: 1 })
    : [];
  const rows = [
    ...ours.map((drained) => ['this', ...row(drained)]),
    ...theirs.map((drained) => ['Prefect 1.4.1', ...row(drained)]),
  ];
  const thousand = ours.find(({ runs, definitions }) => runs === 1000 && definitions === 1);
  return `${table([HEADER, ...rows])}\n${thousand === undefined ? '' : targetTable(thousand)}`;
}

const HEADER = [
  'AGENT',
  'RUNS',
  'DEFINITIONS',
  'LAUNCHED',
  'FAILED',
  'SECONDS',
  'AT BEST',
  'A SECOND',
  'THROTTLED',
  'GRAPHQL A RUN',
  'ECS A RUN',
  'MEMORY, MB',
  'INVOCATIONS',
];

function row(drained: Drained): string[] {
  const { runs, definitions, launched, failed, seconds, throttled, peakMemoryBytes } = drained;
  return [
    `${runs}`,
    `${definitions}`,
    `${launched}`,
    `${failed}`,
    seconds.toFixed(1),
    secondsAtBest(drained).toFixed(1),
    (launched / seconds).toFixed(1),
    `${throttled}`,
    (drained.prefectRequests / runs).toFixed(2),
    (drained.ecsRequests / runs).toFixed(2),
    peakMemoryBytes === undefined ? '-' : (peakMemoryBytes / 1e6).toFixed(0),
    drained.invocations ?? '-',
  ];
}

function targetTable(drained: Drained): string {
  const { runs, launched, failed, seconds, prefectRequests, ecsRequests, peakMemoryBytes = NaN } = drained;
  return targets('1,000 RUNS OF ONE DEFINITION', [
    { what: 'not launched', measured: runs - launched, atMost: 0 },
    { what: 'failed', measured: failed, atMost: 0 },
    { what: 'seconds', measured: seconds, atMost: 1.1 * secondsAtBest(drained) },
    { what: 'GraphQL requests a run', measured: prefectRequests / runs, atMost: 0.25 },
    { what: 'ECS requests a run', measured: ecsRequests / runs, atMost: 1.05 },
    { what: 'memory, MB', measured: peakMemoryBytes / 1e6, atMost: 128 },
  ]);
}
