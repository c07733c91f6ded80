import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { checkedSettings } from '../deployment/checked-settings.ts';
import type { CheckedDeployment } from '../doctor/deployment-checks.ts';
import { CallCounter } from '../call-counter.ts';
import { createChecks } from '../doctor/create-checks.ts';
import { type CheckResult, runChecks } from '../doctor/run-checks.ts';
import { createEcsClient } from '../ecs/ecs-client.ts';
import type { Settings } from '../settings/settings.ts';
import { checkedStage } from './checked-stage.ts';
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
  const checked =
    stage === undefined
      ? { settings: await loadSettingsWithFlags(env, options) }
      : await checkedStage(io, stage, {
          load: (parameters) => loadSettingsWithFlags(parameters, options, checkedSettings),
        });
  return stopOnSignal(io, 'the checks end', async (stop) => {
    const results = await makeChecks(io, { ...checked, region: options.region, stop });
    stdout.write(options.json ? jsonText({ checks: results }) : doctorText(results, colorsFor(stdout, env)));
    return hasFailed(results) ? EXIT_CODES.failure : EXIT_CODES.done;
  });
}

export function hasFailed(results: readonly CheckResult[]): boolean {
  return results.some(({ status }) => status === 'failed');
}

interface Checked {
  readonly settings: Settings;
  /** What a deployment makes and may use. @default there is none */
  readonly deployment?: CheckedDeployment;
  /** @default that of the AWS configuration */
  readonly region: string | undefined;
  readonly stop: AbortSignal;
}

/** Makes all checks of the settings. Never rejects. */
export async function makeChecks(
  io: CliIo,
  { settings, deployment, region, stop }: Checked,
): Promise<readonly CheckResult[]> {
  const { env, clock } = io;
  const dependencies = {
    clock,
    env,
    fetch,
    ecs: createEcsClient(new CallCounter(), clientConfig({ region })),
    secrets: {
      secretsManager: (ofSecret: string) => new SecretsManagerClient({ region: ofSecret }),
      ssm: (ofSecret: string) => new SSMClient({ region: ofSecret }),
    },
  };
  const checks = createChecks(settings, dependencies, deployment);
  announce(io, `Making ${checks.length} checks...`);
  return await runChecks(checks, clock, stop);
}
