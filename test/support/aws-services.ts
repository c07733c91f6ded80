import { onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { startDynamo } from '../../src/sandbox/dynamodb.ts';
import { startLambdaApi } from '../../src/sandbox/lambda/lambda-api.ts';
import { startLogs } from '../../src/sandbox/logs/logs-server.ts';

const FUNCTION_NAME = 'serverless-prefect-agent-dev-poll';
export const LOG_GROUP = `/aws/lambda/${FUNCTION_NAME}`;

/** What a deployment is read from, and an environment that points at it. */
export async function awsServices(
  functionEnv: Readonly<Record<string, string>> = {},
  { pageSize = 1000 }: { readonly pageSize?: number } = {},
) {
  const [dynamo, logs] = await Promise.all([startDynamo(), startLogs({ clock: systemClock, pageSize })]);
  const env = { PREFECT__CLOUD__AGENT__CONTROL_TABLE: dynamo.table, ...functionEnv };
  const served = { env, logGroup: LOG_GROUP, invoke: () => Promise.resolve({ result: null }) };
  const lambda = await startLambdaApi(new Map([[FUNCTION_NAME, served]]));
  onTestFinished(async () => {
    await Promise.all([dynamo.close(), logs.close(), lambda.close()]);
  });
  stubAws({
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.endpoint,
    AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
  });
  return { dynamo, logs };
}

/** The SDK's own environment, with nobody's own configuration. */
export function stubAws(more: Readonly<Record<string, string | undefined>> = {}) {
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nowhere/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
    ...more,
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

interface LoggedRun {
  readonly flowRunId: string;
  readonly outcome?: string;
  readonly name?: string;
  readonly detail?: string;
  readonly lateMs?: number;
}

/** The report of a poll with these runs. */
export function reportOf(runs: readonly LoggedRun[] = [], more: Readonly<Record<string, unknown>> = {}) {
  const zero = {
    polls: 1,
    failedPolls: 0,
    claimed: 0,
    putBack: 0,
    left: 0,
    failed: 0,
    cancelled: 0,
    lost: 0,
    unknown: 0,
  };
  const full = runs.map((run) => ({ name: 'owl', outcome: 'started', detail: 'task', ...run }));
  const started = full.filter(({ outcome }) => outcome === 'started').length;
  return { ...zero, found: runs.length, started, ...more, runs: full };
}

/** The last line of an invocation that did its work. */
export function endedLine(report: unknown = reportOf(), message = 'Poll ended'): string {
  return JSON.stringify({
    level: 'INFO',
    message,
    timestamp: new Date().toISOString(),
    function_request_id: 'r-1',
    report,
  });
}

/** The last line of an invocation that failed. */
export function failedLine(name: string, message: string): string {
  return JSON.stringify({
    level: 'ERROR',
    message: 'Poll failed',
    timestamp: new Date().toISOString(),
    function_request_id: 'r-2',
    error: { name, message, location: 'x:1', stack: 'at x' },
  });
}
