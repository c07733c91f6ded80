import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { PollResult } from '../../src/functions/poll.ts';
import { startLocalFunction } from '../../src/sandbox/lambda/local-function.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { Checks } from './checks.ts';
import { pythonEnvironment } from './python-environment.ts';

/**
 * Lets the built poll function launch real flows, and the genuine `prefect execute flow-run` of Prefect 1.4.1
 * execute them; then reads in the API that all ended as they must.
 */
const BUNDLE = fileURLToPath(new URL('../../dist/poll.mjs', import.meta.url));
const FLOWS = fileURLToPath(new URL('./flows.py', import.meta.url));

/** How long the flows may take together, in milliseconds. */
const PATIENCE_MS = 120_000;

const programs = await pythonEnvironment();
const directory = await mkdtemp(join(tmpdir(), 'interop-'));
await using cleanup = { [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
await using sandbox = await startSandbox({
  path: [programs],
  taskEnv: { HOME: directory, PREFECT__USER_CONFIG_PATH: '' },
});
const { prefect1: api, ecs } = sandbox;
const checks = new Checks();

await promisify(execFile)(join(programs, 'python'), [FLOWS, directory], { env: { HOME: directory } });
const serialized = JSON.parse(await readFile(join(directory, 'flows.json'), 'utf8')) as Record<
  string,
  unknown
>;
api.createTenant();
const start = (name: string, parameters: Record<string, unknown> = {}): string =>
  api.createFlowRun({ flowId: api.importFlow(serialized[name]).id, parameters }).id;

const mapped = start('mapped', { increment: 10 });
const retried = start('retried');
const later = start('retried later');
const failing = start('failing');
const wrong = start('of another platform');

await using poll = startLocalFunction({
  functionName: 'poll',
  bundle: BUNDLE,
  env: {
    ...sandbox.functionEnv,
    PREFECT__CLOUD__AGENT__LABELS: 'interop',
    PREFECT__CLOUD__AGENT__ENV_VARS: '{"A": "B"}',
  },
  timeoutMs: 55_000,
  onLog: () => undefined,
});
const invoke = async (): Promise<PollResult & { dryRun: false }> => {
  const { result, error } = await poll.invoke({});
  if (error !== undefined) throw new Error(`${error.errorType}: ${error.errorMessage}`);
  return result as PollResult & { dryRun: false };
};

const stateOf = (id: string): string => api.flowRun(id)?.state ?? 'missing';
const taskStates = (id: string): string[] =>
  api.taskRuns(id).map(({ map_index: index, state }) => `${index}: ${state}`);
const messages = (id: string): string[] => api.logs(id).map(({ message }) => message ?? '');
const tasksOf = (id: string) => ecs.tasks().filter(({ startedBy }) => startedBy?.endsWith(id));

const deadlineMs = Date.now() + PATIENCE_MS;
async function until(what: string, holds: () => boolean): Promise<void> {
  while (!holds()) {
    if (Date.now() > deadlineMs) {
      for (const { taskArn } of ecs.tasks())
        process.stdout.write(`${taskArn}:\n${ecs.output(taskArn) ?? ''}\n`);
      throw new Error(`Waited ${PATIENCE_MS / 1000} s in vain: ${what}`);
    }
    await delay(100);
  }
}

const { found, started, failed } = await invoke();
checks.equal(
  'the first poll finds all and starts all but the one of another platform',
  { found, started, failed },
  { found: 5, started: 4, failed: 1 },
);
await until('the tasks to stop', () => ecs.tasks().every(({ lastStatus }) => lastStatus === 'STOPPED'));

checks.equal('a flow with a mapped task and a parameter succeeds', stateOf(mapped), 'Success');
checks.equal(
  'its parameter arrived, and its logger’s line in the run’s log',
  messages(mapped).includes('The total is 36'),
  true,
);
checks.equal(
  'its mapped children were run',
  taskStates(mapped).filter((text) => /^[0-2]: Success$/.test(text)).length,
  3,
);
checks.equal(
  'the line that names the task is in the run’s log',
  messages(mapped).filter(
    (text) => text === `Submitted for execution: Task ${String(tasksOf(mapped)[0]?.taskArn)}`,
  ).length,
  1,
);
checks.equal(
  'a task that is retried within its process succeeds',
  [stateOf(retried), taskStates(retried)],
  ['Success', ['-1: Success']],
);
checks.equal(
  'a flow that fails is Failed',
  [stateOf(failing), taskStates(failing)],
  ['Failed', ['-1: Failed']],
);
const refusal = `Flow run ${wrong} has a \`run_config\` of type \`LocalRun\`, only \`ECSRun\` is supported`;
checks.equal(
  'a run config of another platform is Failed with the genuine words, in state and log',
  [stateOf(wrong), api.flowRun(wrong)?.state_message, messages(wrong)],
  ['Failed', refusal, [refusal]],
);

checks.equal(
  'a task that waits for a late retry leaves its flow run Running',
  [stateOf(later), taskStates(later)],
  ['Running', ['-1: Retrying']],
);
const [waiting] = api.taskRuns(later);
checks.equal('a retry that is not due is not launched', (await invoke()).found, 0);
api.setTaskRunState(waiting?.id ?? '', {
  ...waiting?.serialized_state,
  start_time: new Date(Date.now() - 10_000).toISOString(),
});
checks.equal('a retry that is due is launched', (await invoke()).started, 1);
await until('the retry to end', () => stateOf(later) !== 'Running');
checks.equal('and succeeds', [stateOf(later), taskStates(later)], ['Success', ['-1: Success']]);

const launches = [mapped, retried, later, failing, wrong].map((id) => tasksOf(id).length);
checks.equal('each launch was one ECS task', launches, [1, 1, 2, 1, 0]);
await until('the tasks to stop', () => ecs.tasks().every(({ lastStatus }) => lastStatus === 'STOPPED'));
const exitCodes = ecs.tasks().map(({ containers }) => containers[0]?.exitCode);
checks.equal('every process ended with 0', exitCodes, [0, 0, 0, 0, 0]);
checks.equal('an idle poll finds nothing', (await invoke()).found, 0);
process.exitCode = checks.end();
