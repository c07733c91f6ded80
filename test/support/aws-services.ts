import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { startDynamo } from '../../src/sandbox/dynamodb.ts';
import { startLambdaApi } from '../../src/sandbox/lambda/lambda-api.ts';
import { startLogs } from '../../src/sandbox/logs/logs-server.ts';
import { stubAws } from './stub-aws.ts';

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
