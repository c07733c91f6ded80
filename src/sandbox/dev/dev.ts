import { setTimeout as delay } from 'node:timers/promises';
import { controlTableOf, pollFunctionOf } from '../../deployment/deployment-names.ts';
import { logLineText } from '../../cli/log-tail.ts';
import { systemClock } from '../../clock.ts';
import { describeError } from '../../describe-error.ts';
import { startDynamo } from '../dynamodb.ts';
import { type BuiltFunctions, startBuiltFunctions } from '../lambda/built-functions.ts';
import { type ServedFunction, startLambdaApi } from '../lambda/lambda-api.ts';
import { resultOf } from '../lambda/result-of.ts';
import { startLogs } from '../logs/logs-server.ts';
import { type DemoOutput, startSampleSandbox } from '../sample-sandbox.ts';
import { serveLocally } from '../serve.ts';
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
  const target = own ?? stack.use(await startSampleSandbox('dev', options)).functionEnv;
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
    startBuiltFunctions(env, (line, name) => {
      if (name === 'poll') logs.write(LOG_GROUP, line);
      write(logLineText(line, colors));
    }),
  );
  served.set(POLL_FUNCTION, {
    env,
    logGroup: LOG_GROUP,
    invoke: (event) => functions.invoke('poll', event),
  });
  const { endpoint, close } = await serveLocally({
    answer: (message) => answerRoute(message, functions.invoke),
    maxBodyBytes: MAX_BODY_BYTES,
    tooLarge: { status: 413, headers: {}, body: '' },
    closing: new AbortController(),
  });
  stack.defer(close);
  const endpoints = { ...local, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.endpoint };
  write(welcome(endpoint, own === undefined ? { ...target, ...endpoints } : endpoints, options));
  await tick(functions, options);
}

/** Wakes the poll at once and by schedule. One that is slow is waited for; what one fails with is told, as Lambda logs it. */
async function tick(
  functions: BuiltFunctions,
  { write, colors, intervalMs, stop }: DevOptions,
): Promise<void> {
  const isStopped = () => stop.aborted;
  const stopped = new Promise((resolve) => {
    stop.addEventListener('abort', resolve, { once: true });
  });
  while (!isStopped()) {
    const invoked = functions.invoke('poll', { source: 'aws.events' }).then(resultOf);
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
