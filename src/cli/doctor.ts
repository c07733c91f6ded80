import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { checkedSettings } from '../deployment/checked-settings.ts';
import { givenParameters } from '../deployment/given-parameters.ts';
import { shownStageFile } from '../deployment/stage-parameters.ts';
import { withOrigins } from '../deployment/with-origins.ts';
import { ownResources } from '../deployment/task-resources.ts';
import { CallCounter } from '../call-counter.ts';
import { type Check, ok } from '../doctor/check.ts';
import { createChecks } from '../doctor/create-checks.ts';
import { type CheckResult, runChecks } from '../doctor/run-checks.ts';
import { createEcsClient } from '../ecs/ecs-client.ts';
import type { Settings } from '../settings/settings.ts';
import type { CliIo, GlobalOptions } from './cli-io.ts';
import { clientConfig } from './client-config.ts';
import { colorsFor } from './colors.ts';
import type { StageOptions } from './deployment-options.ts';
import { doctorText } from './doctor-text.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { jsonText } from './json-text.ts';
import { type FlagValues, loadSettingsWithFlags } from './load-settings-with-flags.ts';
import { announce } from './progress.ts';
import { stopOnSignal } from './stop-on-signal.ts';

export interface DoctorOptions extends FlagValues, GlobalOptions, Pick<StageOptions, 'region'> {
  /** Absent: the settings are those of the environment. */
  readonly stage?: string;
}

/** Checks what an agent needs, and answers the exit code: 1 when something is wrong. */
export async function doctor(io: CliIo, options: DoctorOptions): Promise<number> {
  const { stdout, env } = io;
  const { stage } = options;
  const isDeployment = stage !== undefined;
  const settings = isDeployment
    ? await stageSettings(stage, io, options)
    : await loadSettingsWithFlags(env, options);
  return stopOnSignal(io, 'the checks end', async (stop) => {
    const results = await makeChecks(io, { settings, isDeployment, region: options.region, stop });
    stdout.write(options.json ? jsonText({ checks: results }) : doctorText(results, colorsFor(stdout, env)));
    return hasFailed(results) ? EXIT_CODES.failure : EXIT_CODES.done;
  });
}

async function stageSettings(stage: string, { deployer }: CliIo, options: DoctorOptions): Promise<Settings> {
  const { stages } = deployer;
  const parameters = await givenParameters(stage, stages);
  const read = () => loadSettingsWithFlags(parameters, options, checkedSettings);
  return await withOrigins(read, shownStageFile(stage, stages));
}

export function hasFailed(results: readonly CheckResult[]): boolean {
  return results.some(({ status }) => status === 'failed');
}

interface Checked {
  readonly settings: Settings;
  /** Whether a deployment makes what the settings do not name. */
  readonly isDeployment: boolean;
  /** @default that of the AWS configuration */
  readonly region: string | undefined;
  readonly stop: AbortSignal;
}

/** Makes all checks of the settings. Never rejects. */
export async function makeChecks(
  io: CliIo,
  { settings, isDeployment, region, stop }: Checked,
): Promise<readonly CheckResult[]> {
  const { env, clock } = io;
  const all = createChecks(settings, {
    clock,
    env,
    fetch,
    ecs: createEcsClient(new CallCounter(), clientConfig({ region })),
    secrets: {
      secretsManager: (ofSecret) => new SecretsManagerClient({ region: ofSecret }),
      ssm: (ofSecret) => new SSMClient({ region: ofSecret }),
    },
  });
  const checks = isDeployment ? withoutOwn(all, settings) : all;
  announce(io, `Making ${checks.length} checks...`);
  return await runChecks(checks, clock, stop);
}

/** What the deployment itself makes is not asked for: it may not be there yet. */
function withoutOwn(checks: readonly Check[], { ecs }: Settings): readonly Check[] {
  const { cluster, executionRole } = ownResources(ecs);
  const own = [...(cluster ? ['ECS cluster'] : []), ...(executionRole ? ['execution role'] : [])];
  const made = () => Promise.resolve(ok('none is named: the deployment makes it'));
  return checks.map((check) => (own.includes(check.name) ? { name: check.name, run: made } : check));
}
