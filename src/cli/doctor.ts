import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { CallCounter } from '../call-counter.ts';
import { createChecks } from '../doctor/create-checks.ts';
import { runChecks } from '../doctor/run-checks.ts';
import { createEcsClient } from '../ecs/ecs-client.ts';
import type { CliIo, GlobalOptions } from './cli-io.ts';
import { colorsFor } from './colors.ts';
import { doctorText } from './doctor-text.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { jsonText } from './json-text.ts';
import { type FlagValues, loadSettingsWithFlags } from './load-settings-with-flags.ts';
import { stopOnSignal } from './stop-on-signal.ts';

export type DoctorOptions = FlagValues & GlobalOptions;

/** Checks what an agent needs, and answers the exit code: 1 when something is wrong. */
export async function doctor(io: CliIo, options: DoctorOptions): Promise<number> {
  const { stdout, stderr, env, clock } = io;
  const settings = await loadSettingsWithFlags(env, options);
  const checks = createChecks(settings, {
    clock,
    env,
    fetch,
    ecs: createEcsClient(new CallCounter()),
    secrets: {
      secretsManager: (region) => new SecretsManagerClient({ region }),
      ssm: (region) => new SSMClient({ region }),
    },
  });
  if (stderr.isTTY) stderr.write(`Making ${checks.length} checks...\n`);
  return stopOnSignal(io, 'the checks end', async (stop) => {
    const results = await runChecks(checks, clock, stop);
    if (options.json) stdout.write(jsonText({ checks: results }));
    else stdout.write(doctorText(results, colorsFor(stdout, env)));
    return results.some(({ status }) => status === 'failed') ? EXIT_CODES.failure : EXIT_CODES.done;
  });
}
