import { table } from '../../src/cli/table.ts';
import { MEMORY_MB } from '../../src/sandbox/lambda/local-function.ts';
import type { InvocationUsage } from '../../src/sandbox/lambda/protocol.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { PollFunction } from './poll-function.ts';
import { MINUTES_A_MONTH, PRICES } from './prices.ts';
import { quantile } from './quantile.ts';
import { sum } from './sum.ts';

const COLD = 7;
const WARM = 25;

/** The memory at which Lambda gives a whole processor; less memory gets a share of one. */
const MEMORY_OF_A_PROCESSOR_MB = 1769;

/** What a poll takes that finds nothing due. */
interface IdlePoll {
  /** Requests to the Prefect API. */
  readonly prefect: number;
  /** Of the control record. */
  readonly read: number;
  readonly written: number;
  /** Requests to ECS. */
  readonly ecs: number;
  readonly hereMs: number;
  readonly cpuMs: number;
}

/** What it costs to wait for work: an idle poll a minute against an agent that always runs. */
export async function benchIdle(): Promise<string> {
  await using sandbox = await startSandbox({ execute: false });
  sandbox.prefect1.createTenant();
  const cold: IdlePoll[] = [];
  for (let i = 0; i < COLD; i++) {
    await using called = new PollFunction(sandbox.functionEnv);
    cold.push(await idlePoll(sandbox, called));
  }
  await using called = new PollFunction(sandbox.functionEnv);
  await called.wake();
  const warm: IdlePoll[] = [];
  for (let i = 0; i < WARM; i++) warm.push(await idlePoll(sandbox, called));
  const nothing = HEADER.slice(2).map(() => '');
  return table([
    HEADER,
    row('this, warm', warm),
    row('this, cold each time', cold),
    ['Fargate 0.25 vCPU, 0.5 GB, arm64', ...nothing, PRICES.fargateMonthArm64.toFixed(2)],
    ['Fargate 0.25 vCPU, 0.5 GB, x86', ...nothing, PRICES.fargateMonthX86.toFixed(2)],
  ]);
}

async function idlePoll({ prefect1, dynamo, ecs }: Sandbox, called: PollFunction): Promise<IdlePoll> {
  const before = { prefect: sum(prefect1.calls), dynamo: { ...dynamo.calls }, ecs: sum(ecs.calls) };
  await called.wake();
  const usage = called.usages.at(-1);
  if (usage === undefined || called.errors > 0)
    throw new Error('Expected an idle poll to succeed; it failed.');
  const read = (dynamo.calls['GetItem'] ?? 0) - (before.dynamo['GetItem'] ?? 0);
  return {
    prefect: sum(prefect1.calls) - before.prefect,
    read,
    written: sum(dynamo.calls) - sum(before.dynamo) - read,
    ecs: sum(ecs.calls) - before.ecs,
    hereMs: billedMs(usage),
    cpuMs: usage.cpuMs,
  };
}

const HEADER = [
  'AGENT',
  'PREFECT',
  'DYNAMODB',
  'ECS',
  'MS HERE',
  'CPU, MS',
  `BILLED MS, ${MEMORY_MB} MB`,
  '$ A MONTH',
];

function row(name: string, polls: readonly IdlePoll[]): string[] {
  const [first] = polls;
  if (first === undefined) throw new Error('Expected polls, got none.');
  const { prefect, read, written, ecs } = first;
  const median = (value: (poll: IdlePoll) => number) => quantile(polls.map(value), 0.5);
  const billed = Math.ceil(median(atMemoryMs));
  const wakeDollars =
    (billed / 1000) * (MEMORY_MB / 1024) * PRICES.lambdaGigabyteSecondArm64 +
    PRICES.lambdaRequest +
    read * PRICES.dynamoRead +
    written * PRICES.dynamoWrite;
  return [
    name,
    `${prefect}`,
    `${read + written}`,
    `${ecs}`,
    median(({ hereMs }) => hereMs).toFixed(0),
    median(({ cpuMs }) => cpuMs).toFixed(0),
    `${billed}`,
    (wakeDollars * MINUTES_A_MONTH).toFixed(2),
  ];
}

/** Lambda bills the init as well, and begun milliseconds whole. */
function billedMs({ initMs, durationMs }: InvocationUsage): number {
  return Math.ceil(initMs + durationMs);
}

/** With a share of a processor, its time takes longer by that share; waiting does not. */
function atMemoryMs({ hereMs, cpuMs }: IdlePoll): number {
  const waitMs = Math.max(0, hereMs - cpuMs);
  return waitMs + cpuMs * (MEMORY_OF_A_PROCESSOR_MB / MEMORY_MB);
}
