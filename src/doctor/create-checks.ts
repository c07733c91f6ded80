import { randomUUID } from 'node:crypto';
import type { ECSClient } from '@aws-sdk/client-ecs';
import { CallCounter } from '../call-counter.ts';
import type { Clock } from '../clock.ts';
import { describeError } from '../describe-error.ts';
import { Prefect1Client } from '../prefect1/client.ts';
import { Prefect3Client } from '../prefect3/client.ts';
import { apiKeyProvider } from '../settings/api-key.ts';
import type { Settings } from '../settings/settings.ts';
import { AwsCaller } from './aws-caller.ts';
import { type Check, failed, ok } from './check.ts';
import { clockCheck } from './clock-check.ts';
import { clusterCheck } from './cluster-check.ts';
import { imageCheck } from './image-check.ts';
import { prefect1Checks } from './prefect1-checks.ts';
import { prefect3Checks } from './prefect3-checks.ts';
import { quotaCheck } from './quota-check.ts';
import { roleChecks } from './role-checks.ts';
import { secretCheck, type SecretClients } from './secret-check.ts';
import { subnetCheck } from './subnet-check.ts';

export interface DoctorDependencies {
  readonly clock: Clock;
  readonly ecs: ECSClient;
  readonly secrets: SecretClients;
  /** Names the endpoints of AWS's services, as for the SDK: `AWS_ENDPOINT_URL_IAM` and so on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof fetch;
}

/** Everything that can be asked about the surroundings of an agent with these settings. */
export function createChecks(settings: Settings, deps: DoctorDependencies): readonly Check[] {
  const { clock, ecs: client, secrets, env, fetch: send } = deps;
  const { ecs, prefect } = settings;
  const aws = new AwsCaller(client.config, env);
  const isFargate = ecs.launchType !== 'EC2' && ecs.launchType !== 'EXTERNAL';
  return [
    ...prefectChecks(settings, deps),
    clockCheck(prefect.api, clock, send),
    credentialsCheck(client),
    secretCheck(prefect.apiKey, secrets),
    clusterCheck(client, ecs),
    ...roleChecks(aws, settings),
    subnetCheck(aws, ecs),
    imageCheck(aws, ecs),
    ...(isFargate ? [quotaCheck(aws, ecs)] : []),
  ];
}

function prefectChecks({ prefect }: Settings, { clock, fetch: send }: DoctorDependencies): readonly Check[] {
  const apiKey = apiKeyProvider(prefect.apiKey, { clock });
  const common = { api: prefect.api, apiKey, clock, calls: new CallCounter(), fetch: send };
  if (prefect.generation === 1) return prefect1Checks(new Prefect1Client(common), prefect);
  const client = new Prefect3Client({ ...common, keyKind: prefect.keyKind, uuid: randomUUID });
  return prefect3Checks(client, prefect, clock);
}

function credentialsCheck({ config }: ECSClient): Check {
  return {
    name: 'AWS credentials',
    run: async () => {
      try {
        const region = await config.region();
        await config.credentials();
        return ok(`found, for ${region}`);
      } catch (error) {
        return failed(
          describeError(error),
          'Set AWS_REGION, and sign in with `aws sso login` or set AWS_PROFILE.',
        );
      }
    },
  };
}
