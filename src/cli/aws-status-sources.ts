import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Clock } from '../clock.ts';
import { DynamoControlStore } from '../control/dynamo-control-store.ts';
import { CloudWatchLogSource } from '../logs/cloudwatch-log-source.ts';
import { readDeployedFunction } from '../status/deployed-function.ts';
import type { StatusSources } from '../status/read-status.ts';
import { checkAws } from './aws-errors.ts';
import { clientConfig } from './client-config.ts';
import { controlTableName, type FunctionOptions, pollFunctionName } from './deployment-options.ts';

/** The sources of a status, read with the caller's own AWS credentials. @throws AwsError when there are none */
export async function awsStatusSources(clock: Clock, options: FunctionOptions): Promise<StatusSources> {
  const functionName = pollFunctionName(options);
  const config = clientConfig(options);
  const lambda = new LambdaClient(config);
  await checkAws(lambda.config, 'Reading what the agent did');
  const dynamo = new DynamoDBClient(config);
  return {
    functionName,
    clock,
    logs: new CloudWatchLogSource(new CloudWatchLogsClient(config)),
    deployed: (signal) => readDeployedFunction(lambda, functionName, signal),
    control: (table) => new DynamoControlStore(dynamo, table ?? controlTableName(options)),
  };
}
