import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { type DeployParameters, serverless } from '../support/serverless-cli.ts';

export const STACK = 'serverless-prefect-agent-dev';

/** What the framework deploys of a package. */
const state = z.looseObject({
  service: z.looseObject({
    provider: z.looseObject({
      compiledCloudFormationTemplate: z.looseObject({
        Resources: z.looseObject({
          NoSuccessfulPollAlarm: z.looseObject({ Properties: z.record(z.string(), z.unknown()) }),
        }),
      }),
    }),
  }),
});

/**
 * Deploys the service as a user does, to the AWS of this environment, but for the metrics of one alarm.
 * @returns those metrics
 */
export async function deployService(
  parameters: DeployParameters,
  env: Readonly<Record<string, string>>,
): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'package-'));
  try {
    await serverless(['package', '--package', folder], parameters);
    const path = join(folder, 'serverless-state.json');
    const packaged = state.parse(JSON.parse(await readFile(path, 'utf8')));
    const { Resources } = packaged.service.provider.compiledCloudFormationTemplate;
    // MiniStack makes no alarms on an expression of metrics, as check-alarms.ts sees.
    const { Metrics, ...others } = Resources.NoSuccessfulPollAlarm.Properties;
    const metric = { Namespace: 'AWS/Lambda', MetricName: 'Errors', Period: 300, Statistic: 'Sum' };
    Resources.NoSuccessfulPollAlarm.Properties = { ...others, ...metric };
    await writeFile(path, JSON.stringify(packaged));
    await serverless(['deploy', '--package', folder], parameters, env);
    return Metrics;
  } finally {
    await rm(folder, { recursive: true });
  }
}
