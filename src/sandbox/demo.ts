import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Colors } from '../cli/colors.ts';
import { formatDuration } from '../cli/format-duration.ts';
import { logLineText } from '../cli/log-tail.ts';
import { pollResult } from '../cli/poll-result.ts';
import { costText, resultText } from '../cli/result-text.ts';
import { table } from '../cli/table.ts';
import { AgentError } from '../errors.ts';
import { startDynamo } from './dynamodb.ts';
import { type LocalFunction, startLocalFunction } from './lambda/local-function.ts';
import type { Prefect1Sandbox } from './prefect1/prefect1-server.ts';
import { createSampleRuns, LABEL, type SampleRun } from './sample-runs.ts';
import { startSandbox } from './start-sandbox.ts';

export interface DemoOutput {
  readonly write: (text: string) => void;
  readonly colors: Colors;
}

/** The time-outs of serverless.yml, in milliseconds. */
const POLL_TIMEOUT_MS = 58_000;
const HEALTH_TIMEOUT_MS = 10_000;

/** How long the flow runs of the demonstration may take together, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Runs the built functions against an embedded Prefect API and ECS, with sample flow runs. */
export async function runDemo({ write, colors }: DemoOutput): Promise<void> {
  await using sandbox = await startSandbox({ ecs: { provisioningMs: 400 } });
  const { prefect1, ecs } = sandbox;
  write(
    `${colors.bold('Sandbox:')} an embedded Prefect API (${prefect1.endpoint}) and ECS (${ecs.endpoint}).\n`,
  );
  write('Nothing leaves this machine, and no flow is executed: a stand-in reports its states.\n\n');
  const samples = createSampleRuns(prefect1);
  const env = {
    ...sandbox.functionEnv,
    PREFECT__CLOUD__AGENT__LABELS: LABEL,
    PREFECT__CLOUD__AGENT__NAME: 'demo',
  };
  prefect1.onStateChange(({ flowRunId, taskRunId, from, to }) => {
    const name = prefect1.flowRun(flowRunId)?.name ?? flowRunId;
    if (taskRunId === undefined) write(`${colors.dim(`          ${name}: ${from} -> ${to.type}`)}\n`);
  });
  await using functions = startFunctions(env, { write, colors });
  const { durationMs, calls } = await functions.poll();
  await untilEnded(prefect1, samples);
  write(`\n${samplesTable(prefect1, samples, colors)}\n`);
  write(`The poll took ${costText({ durationMs, calls })}`);
  write(await functions.health());
}

/** Runs the built functions once against the API and the account that the environment names. */
export async function runForReal(env: Record<string, string>, { write, colors }: DemoOutput): Promise<void> {
  await using dynamo = await startDynamo();
  // The control record of a deployment is left alone: this is a poll by hand.
  const control = {
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    PREFECT__CLOUD__AGENT__CONTROL_TABLE: dynamo.table,
  };
  await using functions = startFunctions({ ...env, ...control }, { write, colors });
  const result = await functions.poll();
  write(`\n${resultText(result, colors)}`);
  write(await functions.health());
}

function startFunctions(env: Readonly<Record<string, string>>, { write, colors }: DemoOutput) {
  const onLog = (line: string) => {
    write(logLineText(line, colors));
  };
  const start = (name: string, timeoutMs: number): LocalFunction => {
    const bundle = fileURLToPath(new URL(`../../dist/${name}.mjs`, import.meta.url));
    return startLocalFunction({ functionName: name, bundle, env, timeoutMs, onLog });
  };
  const poll = start('poll', POLL_TIMEOUT_MS);
  const health = start('health', HEALTH_TIMEOUT_MS);
  return {
    poll: async () => {
      const { result, error } = await poll.invoke({});
      if (error !== undefined) throw new AgentError(`${error.errorType}: ${error.errorMessage}`);
      const parsed = pollResult.parse(result);
      if (parsed.dryRun) throw new AgentError('Expected the result of a poll, got that of a dry run.');
      return parsed;
    },
    health: async () => {
      const { result } = await health.invoke({ version: '2.0', rawPath: '/api/health' });
      const { statusCode, body } = result as { statusCode: number; body: string };
      return `${colors.bold('GET /api/health')} ${statusCode} ${body}\n`;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([poll.close(), health.close()]);
    },
  };
}

/** Waits until every run that was submitted has ended. */
async function untilEnded(api: Prefect1Sandbox, samples: readonly SampleRun[]): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  const underWay = () =>
    samples.some(({ flowRunId }) => ['Submitted', 'Running'].includes(api.flowRun(flowRunId)?.state ?? ''));
  while (underWay() && Date.now() < deadlineMs) await delay(50);
}

function samplesTable(api: Prefect1Sandbox, samples: readonly SampleRun[], colors: Colors): string {
  const rows = samples.map(({ flowRunId, shows }) => {
    const run = api.flowRun(flowRunId);
    const task = /task\/\S+/.exec(
      api
        .logs(flowRunId)
        .map(({ message }) => message)
        .join('\n'),
    )?.[0];
    const late =
      run?.start_time == null
        ? '-'
        : formatDuration(Date.parse(run.start_time) - Date.parse(run.scheduled_start_time));
    return [run?.name ?? flowRunId, shows, run?.state ?? '-', task ?? '-', late];
  });
  return table([
    ['FLOW RUN', 'SAMPLE', 'STATE', 'TASK', 'STARTED LATE BY'].map((title) => colors.bold(title)),
    ...rows,
  ]);
}
