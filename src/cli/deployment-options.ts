import type { Command } from 'commander';
import { controlTableOf, pollFunctionOf } from '../deployment/deployment-names.ts';
import type { GlobalOptions } from './cli-io.ts';

/** A stage of the deployment, and where it is. */
export interface StageOptions extends GlobalOptions {
  readonly stage: string;
  readonly region?: string;
}

/** A deployment by its poll function. */
export interface FunctionOptions extends StageOptions {
  readonly functionName?: string;
}

/** A deployment by its control table. */
export interface ControlOptions extends StageOptions {
  readonly table?: string;
}

/** Adds the options that name a deployment by its poll function. */
export function withFunctionOptions(command: Command): Command {
  return withFunctionName(withDeployedStage(command));
}

/** Adds the options that name a deployment by its control table. */
export function withControlOptions(command: Command): Command {
  return withDeployedStage(command).option(
    '--table <name>',
    'Control table. (default: serverless-prefect-agent-<stage>-control)',
  );
}

/** Adds the options that name a stage by its parameter file. */
export function withStageFile(command: Command): Command {
  return withRegion(
    command.requiredOption(
      '--stage <stage>',
      'Stage. Its parameters are those of infra/stages/<stage>.yml. Required.',
    ),
  );
}

export function withFunctionName(command: Command): Command {
  return command.option(
    '--function-name <name>',
    'Name or ARN of the poll function. (default: serverless-prefect-agent-<stage>-poll)',
  );
}

export function withRegion(command: Command): Command {
  return command.option('--region <region>', 'AWS region. (default: that of the AWS configuration)');
}

function withDeployedStage(command: Command): Command {
  return withRegion(command.option('--stage <stage>', 'Stage that the agent was deployed to.', 'dev'));
}

/** The poll function that the options name. */
export function pollFunctionName({ stage, functionName = pollFunctionOf(stage) }: FunctionOptions): string {
  return functionName;
}

/** The control table that the options name. */
export function controlTableName({ stage, table = controlTableOf(stage) }: ControlOptions): string {
  return table;
}
