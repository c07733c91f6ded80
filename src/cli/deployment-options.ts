import type { Command } from 'commander';
import type { GlobalOptions } from './cli-io.ts';
import { pollFunctionOf } from '../deployment/deployment-names.ts';

/** Which deployment a command is about. */
export interface DeploymentOptions extends GlobalOptions {
  readonly stage: string;
  readonly functionName?: string;
  readonly region?: string;
}

/** Adds the options that name a deployment by its poll function. */
export function withDeploymentOptions(command: Command): Command {
  return withFunctionName(withStage(command));
}

/** Adds the options that name a deployment by its control table. */
export function withControlOptions(command: Command): Command {
  return withStage(command).option(
    '--table <name>',
    'Control table. (default: serverless-prefect-agent-<stage>-control)',
  );
}

export function withFunctionName(command: Command): Command {
  return command.option(
    '--function-name <name>',
    'Name or ARN of the poll function. (default: serverless-prefect-agent-<stage>-poll)',
  );
}

function withStage(command: Command): Command {
  return withRegion(command.option('--stage <stage>', 'Stage that the agent was deployed to.', 'dev'));
}

export function withRegion(command: Command): Command {
  return command.option('--region <region>', 'AWS region. (default: that of the AWS configuration)');
}

/** The poll function that the options name. */
export function pollFunctionName({
  stage,
  functionName,
}: Pick<DeploymentOptions, 'stage' | 'functionName'>): string {
  return functionName ?? pollFunctionOf(stage);
}

/** Of a client of the AWS SDK: the region, and waits with bounds. */
export function clientConfig({ region }: { readonly region?: string | undefined }) {
  return {
    ...(region !== undefined && { region }),
    requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  };
}
