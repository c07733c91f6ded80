import { table } from '../../src/cli/table.ts';
import { drainQueue, type Drained } from './drain-queue.ts';
import { drainWithFunction } from './drain-with-function.ts';
import { targets } from './targets.ts';

const RUNS = [1000, 10_000] as const;

/** Of an account whose quotas were raised: ten times AWS's. */
const QUOTAS = 10;
const ENV = { PREFECT__CLOUD__AGENT__ECS__LAUNCHES_PER_SECOND: '200' };

/** How much more a run of the large queue may take than one of the small. */
const GROWTH = 1.25;

interface Measured {
  readonly drained: Drained;
  /** The processor's time of this process, which is the sandbox's. */
  readonly sandboxCpuMs: number;
}

/** Whether a run costs the same in a queue that is ten times as long. */
export async function benchGrowth(): Promise<string> {
  const small = await measure(RUNS[0]);
  const large = await measure(RUNS[1]);
  const growth = (cost: (measured: Measured) => number) => cost(large) / cost(small);
  return `${table([HEADER, row(small), row(large)])}\n${targets('A RUN OF 10,000 AGAINST ONE OF 1,000', [
    { what: 'not launched', measured: RUNS[1] - large.drained.launched, atMost: 0 },
    { what: 'GraphQL requests', measured: growth(prefectRequests), atMost: GROWTH },
    { what: 'ECS requests', measured: growth(ecsRequests), atMost: GROWTH },
    { what: 'CPU', measured: growth(cpuMs), atMost: GROWTH },
  ])}`;
}

async function measure(runs: number): Promise<Measured> {
  const before = process.cpuUsage();
  const drained = await drainQueue({ runs, definitions: 1, quotas: QUOTAS }, drainWithFunction(ENV));
  const { user, system } = process.cpuUsage(before);
  return { drained, sandboxCpuMs: (user + system) / 1000 };
}

const prefectRequests = ({ drained }: Measured) => drained.prefectRequests / drained.launched;
const ecsRequests = ({ drained }: Measured) => drained.ecsRequests / drained.launched;
const cpuMs = ({ drained }: Measured) => (drained.cpuMs ?? NaN) / drained.launched;

const HEADER = [
  'RUNS',
  'LAUNCHED',
  'SECONDS',
  'A SECOND',
  'GRAPHQL A RUN',
  'ECS A RUN',
  'CPU A RUN, MS',
  'MEMORY, MB',
  'INVOCATIONS',
  "SANDBOX'S CPU A RUN, MS",
];

function row(measured: Measured): string[] {
  const { runs, launched, seconds, peakMemoryBytes = NaN, invocations = '-' } = measured.drained;
  return [
    `${runs}`,
    `${launched}`,
    seconds.toFixed(1),
    (launched / seconds).toFixed(1),
    prefectRequests(measured).toFixed(2),
    ecsRequests(measured).toFixed(2),
    cpuMs(measured).toFixed(1),
    (peakMemoryBytes / 1e6).toFixed(0),
    invocations,
    (measured.sandboxCpuMs / launched).toFixed(1),
  ];
}
