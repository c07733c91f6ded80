import { randomInt } from 'node:crypto';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { unpackPackage } from './deployed-package.ts';
import { askHealth, drain } from './drain.ts';
import { countedFaults } from './faults.ts';
import { check, MOST_LEFT_CLAIMED, type Outcome, summary } from './outcome.ts';
import { runtimeClient } from './runtime-client.ts';
import { SkippingClock } from './skipping-clock.ts';
import { watchRuns } from './watch-runs.ts';

const RUNS = 200;
const FAULT_RATE = 0.05;

/** Longest time until a task runs, in milliseconds: minutes of the functions, as on Fargate. */
const PROVISIONING_MS = 3000;

/** What the functions log: too much to show. */
const LOG = fileURLToPath(new URL('../../.cache/chaos.log', import.meta.url));

/** Whatever happens to the function and its requests, each run is executed once. */
await new Command('npm run test:chaos --')
  .option('--seed <text>', 'decides which requests fail and when the function is killed', `${randomInt(1e6)}`)
  .action(async ({ seed }: { readonly seed: string }) => {
    const outcome = await chaos(seed);
    process.stdout.write(`Seed ${seed}; the functions' log is ${LOG}.\n${summary(outcome)}`);
    process.exitCode = check(outcome);
  })
  .parseAsync();

async function chaos(seed: string): Promise<Outcome> {
  const client = await runtimeClient();
  const startMs = Date.now();
  const faults = new Map<string, number>();
  const random = seededRandom(`${seed}/provisioning`);
  const clock = new SkippingClock();
  await using log = await open(LOG, 'w');
  await using deployed = await unpackPackage();
  await using sandbox = await startSandbox({
    execute: false,
    ecs: { provisioningMs: () => random() * PROVISIONING_MS, playMs: 100 },
    clock,
    faults: countedFaults(seed, FAULT_RATE, faults),
  });
  const { prefect1 } = sandbox;
  const seen = watchRuns(sandbox);
  prefect1.createTenant();
  const flow = prefect1.createFlow({ name: 'etl', storage: { type: 'Local' } });
  for (let i = 0; i < RUNS; i++) prefect1.createFlowRun({ flowId: flow.id, runConfig: { type: 'ECSRun' } });
  const isDrained = () => {
    const left = seen.leftClaimed();
    const open = prefect1.flowRuns().filter(({ id, state }) => state !== 'Success' && !left.includes(id));
    return open.length === 0 && left.length <= MOST_LEFT_CLAIMED;
  };
  const options = { seed, sandbox, deployed, client, clock, log: log.fd, isDrained };
  const ends = await drain(options);
  const health = await askHealth(options);
  return { sandbox, seen, ends, health, faults, seconds: (Date.now() - startMs) / 1000 };
}
