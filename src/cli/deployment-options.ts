import type { Command } from 'commander';
import type { GlobalOptions } from './cli-io.ts';
import { pollFunctionOf } from './deployment-names.ts';

/** Which deployment a command is about. */
export interface DeploymentOptions extends GlobalOptions {
  readonly stage: string;
  readonly functionName?: string;
  readonly region?: string;
}

/** Adds the options that name a deployment. */
export function withDeploymentOptions(command: Command): Command {
  return command
    .option('--stage <stage>', 'Stage that the functions were deployed to.', 'dev')
    .option(
      '--function-name <name>',
      'Name of the poll function. (default: serverless-prefect-agent-<stage>-poll)',
    )
    .option('--region <region>', 'AWS region. (default: that of the AWS configuration)');
}

/** The poll function that the options name. */
export function pollFunctionName({ stage, functionName }: DeploymentOptions): string {
  return functionName ?? pollFunctionOf(stage);
}

/** Of a client of the AWS SDK: the region, and waits with bounds. */
export function clientConfig({ region }: DeploymentOptions) {
  return {
    ...(region !== undefined && { region }),
    requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  };
}
