import { setTimeout as delay } from 'node:timers/promises';
import type { Colors } from '../cli/colors.ts';
import { formatDuration } from '../cli/format-duration.ts';
import { logLineText } from '../cli/log-tail.ts';
import { pollResult } from '../cli/poll-result.ts';
import { costText, resultText } from '../cli/result-text.ts';
import { table } from '../cli/table.ts';
import { AgentError } from '../errors.ts';
import { startDynamo } from './dynamodb.ts';
import { type BuiltFunctions, startBuiltFunctions } from './lambda/built-functions.ts';
import { resultOf } from './lambda/result-of.ts';
import type { Prefect1Sandbox } from './prefect1/prefect1-server.ts';
import type { SampleRun } from './sample-runs.ts';
import { type DemoOutput, startSampleSandbox } from './sample-sandbox.ts';

/** How long the flow runs of the demonstration may take together, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Runs the built functions against an embedded Prefect API and ECS, with sample flow runs. */
export async function runDemo(output: DemoOutput): Promise<void> {
  const { write, colors } = output;
  await using sandbox = await startSampleSandbox('demo', output);
  const { prefect1, samples } = sandbox;
  await using functions = startFunctions(sandbox.functionEnv, output);
  const { durationMs, calls } = await poll(functions);
  await untilEnded(prefect1, samples);
  write(`\n${samplesTable(prefect1, samples, colors)}\n`);
  write(`The poll took ${costText({ durationMs, calls })}`);
  write(await healthText(functions, colors));
}

/** Runs the built functions once against the API and the account that the environment names. */
export async function runForReal(env: Record<string, string>, output: DemoOutput): Promise<void> {
  const { write, colors } = output;
  await using dynamo = await startDynamo();
  // The control record of a deployment is left alone: this is a poll by hand.
  const control = {
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    PREFECT__CLOUD__AGENT__CONTROL_TABLE: dynamo.table,
  };
  await using functions = startFunctions({ ...env, ...control }, output);
  const result = await poll(functions);
  write(`\n${resultText(result, colors)}`);
  write(await healthText(functions, colors));
}

function startFunctions(env: Readonly<Record<string, string>>, { write, colors }: DemoOutput) {
  return startBuiltFunctions(env, (line) => {
    write(logLineText(line, colors));
  });
}

async function poll(functions: BuiltFunctions) {
  const parsed = pollResult.parse(resultOf(await functions.invoke('poll', {})));
  if (parsed.dryRun) throw new AgentError('Expected the result of a poll, got that of a dry run.');
  return parsed;
}

async function healthText(functions: BuiltFunctions, colors: Colors): Promise<string> {
  const result = resultOf(await functions.invoke('health', { version: '2.0', rawPath: '/api/health' }));
  const { statusCode, body } = result as { statusCode: number; body: string };
  return `${colors.bold('GET /api/health')} ${statusCode} ${body}\n`;
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
