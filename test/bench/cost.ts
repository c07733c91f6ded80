import { table } from '../../src/cli/table.ts';
import { MEMORY_MB } from '../../src/sandbox/lambda/local-function.ts';
import { MINUTES_A_MONTH, PRICES } from './prices.ts';

const RUNS = [0, 1000, 10_000, 100_000];

/** What the two functions take, as measured: the times by the idle bench's rule for 192 MB, the logs with Lambda's own lines. */
const IDLE_POLL = { billedMs: 87, logBytes: 900, reads: 0, writes: 2 };
const RUN_IN_POLL = { billedMs: 90, logBytes: 1200 };
const TASK_STOPPED = { billedMs: 400, logBytes: 1800 };

/** The warm function looks the key up every five minutes, and KMS decrypts it. */
const KEY_LOOK_UPS = MINUTES_A_MONTH / 5;

/** Those of infra/alarms.yml: one watches two metrics. */
const ALARM_METRICS = 6;

/** The task size where nobody chose one. */
const TASK = { vcpus: 1, gigabytes: 2 };

/** Of the lead of 75 s, what is left when a wake comes; and what Fargate needs to start a task. In seconds. */
const LAUNCHED_AHEAD = { least: 15, most: 75 };
const PROVISIONING = { least: 20, most: 60 };

/** What a month costs by the number of runs, against agents that always run. */
export function benchCost(): string {
  return table([
    ['AGENT', 'RUNS A MONTH', 'POLLS', 'RUNS', 'LOGS', 'ALARMS', 'KEY', '$ A MONTH', 'AND WAITING, $'],
    ...RUNS.map(row),
    always('Fargate 0.25 vCPU, 0.5 GB, arm64', PRICES.fargateMonthArm64),
    always('the same, public address', PRICES.fargateMonthArm64 + PRICES.publicAddressMonth),
    always('the same, x86, public address', PRICES.fargateMonthX86 + PRICES.publicAddressMonth),
    always('the same, x86, NAT gateway', PRICES.fargateMonthX86 + PRICES.natGatewayMonth),
  ]);
}

function row(runs: number): string[] {
  const dynamo = IDLE_POLL.reads * PRICES.dynamoRead + IDLE_POLL.writes * PRICES.dynamoWrite;
  const polls = MINUTES_A_MONTH * (invocation(IDLE_POLL.billedMs) + dynamo);
  // A run is polled for, launched, and heard of when its task has stopped.
  const ofRuns = runs * (duration(RUN_IN_POLL.billedMs) + invocation(TASK_STOPPED.billedMs));
  const bytes = MINUTES_A_MONTH * IDLE_POLL.logBytes + runs * (RUN_IN_POLL.logBytes + TASK_STOPPED.logBytes);
  const logs = (bytes / 1e9) * PRICES.logsGigabyte;
  const alarms = ALARM_METRICS * PRICES.alarmMetric;
  const key = KEY_LOOK_UPS * PRICES.kmsRequest;
  const total = polls + ofRuns + logs + alarms + key;
  const amounts = [polls, ofRuns, logs, alarms, key, total, runs * waiting()];
  return ['this', `${runs}`, ...amounts.map((dollars) => dollars.toFixed(2))];
}

function always(name: string, dollars: number): string[] {
  return [name, 'any', '', '', '', '', '', dollars.toFixed(2), '0.00'];
}

const duration = (ms: number) => (ms / 1000) * (MEMORY_MB / 1024) * PRICES.lambdaGigabyteSecondArm64;

const invocation = (ms: number) => duration(ms) + PRICES.lambdaRequest;

/** Of a scheduled run, what its container costs from its start until the run's start time: the mean of both ranges. */
function waiting(): number {
  const ahead = seconds(LAUNCHED_AHEAD);
  const provisioned = seconds(PROVISIONING);
  const waits = ahead.flatMap((early) => provisioned.map((late) => Math.max(0, early - late)));
  const mean = waits.reduce((a, b) => a + b, 0) / waits.length;
  const hourly = TASK.vcpus * PRICES.fargateVcpuHourX86 + TASK.gigabytes * PRICES.fargateGigabyteHourX86;
  return (mean / 3600) * hourly;
}

function seconds({ least, most }: { readonly least: number; readonly most: number }): readonly number[] {
  return Array.from({ length: most - least + 1 }, (_, i) => least + i);
}
