import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { describeError } from '../describe-error.ts';
import { AwsError } from '../errors.ts';
import { loadHealthSettings } from '../settings/load-health-settings.ts';
import { SettingsReader } from '../settings/settings-reader.ts';

/** How much the agent may start; null: no limit. */
export interface Caps {
  readonly maxLaunches: number | null;
  readonly maxTasksInFlight: number | null;
  readonly launchesPerSecond: number | null;
  readonly maxLatenessSeconds: number | null;
}

/** What the deployed poll function's configuration says that a status needs. */
export interface DeployedFunction {
  readonly controlTable: string | undefined;
  readonly healthMaxAgeMs: number;
  readonly logGroup: string | undefined;
  readonly caps: Caps;
}

/**
 * Reads the function's configuration. Of its environment only the settings named here are looked at: others may be
 * secret. @throws AwsError, or SettingsError when these settings are wrong
 */
export async function readDeployedFunction(
  client: LambdaClient,
  functionName: string,
  abortSignal: AbortSignal,
): Promise<DeployedFunction> {
  const { Environment, LoggingConfig } = await send(client, functionName, abortSignal);
  const variables = Environment?.Variables ?? {};
  const reader = new SettingsReader(variables);
  const caps = {
    maxLaunches: reader.read('PREFECT__CLOUD__AGENT__MAX_LAUNCHES') ?? null,
    maxTasksInFlight: reader.read('PREFECT__CLOUD__AGENT__ECS__MAX_TASKS_IN_FLIGHT') ?? null,
    launchesPerSecond: reader.read('PREFECT__CLOUD__AGENT__ECS__LAUNCHES_PER_SECOND') ?? null,
    maxLatenessSeconds: reader.read('PREFECT__CLOUD__AGENT__MAX_LATENESS_SECONDS') ?? null,
  };
  reader.throwIfWrong();
  return { ...loadHealthSettings(variables), logGroup: LoggingConfig?.LogGroup, caps };
}

async function send(client: LambdaClient, FunctionName: string, abortSignal: AbortSignal) {
  try {
    return await client.send(new GetFunctionConfigurationCommand({ FunctionName }), { abortSignal });
  } catch (error) {
    abortSignal.throwIfAborted();
    const todo =
      error instanceof Error && error.name === 'ResourceNotFoundException'
        ? 'Nothing is deployed under this name in this region: see --stage, --function-name and --region.'
        : 'Have lambda:GetFunctionConfiguration added to your role or user.';
    const why = describeError(error).replace(/\.?$/, '.');
    throw new AwsError(`Could not read the configuration of the function ${FunctionName}: ${why} ${todo}`, {
      cause: error,
    });
  }
}
