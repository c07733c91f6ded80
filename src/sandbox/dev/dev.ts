import { setTimeout as delay } from 'node:timers/promises';
import { controlTableOf, pollFunctionOf } from '../../cli/deployment-names.ts';
import { logLineText } from '../../cli/log-tail.ts';
import { systemClock } from '../../clock.ts';
import { describeError } from '../../describe-error.ts';
import type { DemoOutput } from '../demo.ts';
import { startDynamo } from '../dynamodb.ts';
import { type ServedFunction, startLambdaApi } from '../lambda/lambda-api.ts';
import { startLogs } from '../logs/logs-server.ts';
import { createSampleRuns, LABEL } from '../sample-runs.ts';
import { serveLocally } from '../serve.ts';
import { startSandbox } from '../start-sandbox.ts';
import { type DevFunctions, startDevFunctions } from './dev-functions.ts';
import { answerRoute } from './routes.ts';

/** What the command line takes for the function of the stage `dev`. */
const POLL_FUNCTION = pollFunctionOf('dev');
const LOG_GROUP = `/aws/lambda/${POLL_FUNCTION}`;

const MAX_BODY_BYTES = 1024 * 1024;

export interface DevOptions extends DemoOutput {
  /** The environment that points at an API of one's own; undefined: the sandbox. */
  readonly own: Readonly<Record<string, string>> | undefined;
  /** From one tick of the schedule to the next, in milliseconds. */
  readonly intervalMs: number;
  /** Ends it. */
  readonly stop: AbortSignal;
}

/**
 * Serves the routes of the built functions on this machine, and wakes the poll by schedule, until it is stopped. The
 * control record is a local one, and so are the logs, so that the command line can be tried with them.
 */
export async function runDev(options: DevOptions): Promise<void> {
  const { own, write, colors } = options;
  await using stack = new AsyncDisposableStack();
  const dynamo = stack.use(await startDynamo(controlTableOf('dev')));
  const logs = stack.use(await startLogs({ clock: systemClock }));
  const target = own ?? (await sandboxEnv(stack, options));
  const served = new Map<string, ServedFunction>();
  const lambda = stack.use(await startLambdaApi(served));
  const local = {
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
    PREFECT__CLOUD__AGENT__CONTROL_TABLE: dynamo.table,
    PREFECT__CLOUD__AGENT__POLL_FUNCTION: POLL_FUNCTION,
  };
  const env = { ...target, ...local };
  const functions = stack.use(
    startDevFunctions(env, (name, line) => {
      if (name === 'poll') logs.write(LOG_GROUP, line);
      write(logLineText(line, colors));
    }),
  );
  served.set(POLL_FUNCTION, {
    env,
    logGroup: LOG_GROUP,
    invoke: (event) => functions.get('poll').invoke(event),
  });
  const { endpoint, close } = await serveLocally({
    answer: (message) => answerRoute(message, (name, event) => functions.get(name).invoke(event)),
    maxBodyBytes: MAX_BODY_BYTES,
    tooLarge: { status: 413, headers: {}, body: '' },
    closing: new AbortController(),
  });
  stack.defer(close);
  const endpoints = { ...local, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.endpoint };
  write(welcome(endpoint, own === undefined ? { ...target, ...endpoints } : endpoints, options));
  await tick(functions, options);
}

/** A sandbox with sample runs, whose states are told as they change. */
async function sandboxEnv(
  stack: AsyncDisposableStack,
  { write, colors }: DevOptions,
): Promise<Record<string, string>> {
  const sandbox = stack.use(await startSandbox({ ecs: { provisioningMs: 400 } }));
  const { prefect1 } = sandbox;
  createSampleRuns(prefect1);
  prefect1.onStateChange(({ flowRunId, taskRunId, from, to }) => {
    const name = prefect1.flowRun(flowRunId)?.name ?? flowRunId;
    if (taskRunId === undefined) write(`${colors.dim(`          ${name}: ${from} -> ${to.type}`)}\n`);
  });
  write(`${colors.bold('Sandbox:')} an embedded Prefect API (${prefect1.endpoint}) and ECS.\n`);
  return { ...sandbox.functionEnv, PREFECT__CLOUD__AGENT__LABELS: LABEL, PREFECT__CLOUD__AGENT__NAME: 'dev' };
}

/** Wakes the poll at once and by schedule. One that fails has logged why; one that is slow is waited for. */
async function tick(functions: DevFunctions, { write, colors, intervalMs, stop }: DevOptions): Promise<void> {
  const isStopped = () => stop.aborted;
  const stopped = new Promise((resolve) => {
    stop.addEventListener('abort', resolve, { once: true });
  });
  while (!isStopped()) {
    const invoked = functions.get('poll').invoke({ source: 'aws.events' });
    try {
      await Promise.race([invoked, stopped]);
    } catch (error) {
      if (!isStopped()) write(`${colors.red('error:')} ${describeError(error)}\n`);
    }
    await delay(intervalMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

function welcome(
  endpoint: string,
  env: Readonly<Record<string, string>>,
  { colors, intervalMs }: DevOptions,
): string {
  const exports = Object.entries(env).map(([name, value]) => `  export ${name}=${value}\n`);
  return [
    `${colors.bold('Routes:')} GET ${endpoint}/api/health, POST ${endpoint}/api/poke\n`,
    `${colors.bold('Schedule:')} a poll every ${intervalMs / 1000} s, the first now. Ctrl-C ends it.\n`,
    `${colors.bold('Command line:')} in another terminal, \`npm run -s agent -- status\` and the like, after\n`,
    ...exports,
    '\n',
  ].join('');
}
