import { randomUUID } from 'node:crypto';
import type { ECSClient } from '@aws-sdk/client-ecs';
import { CallCounter } from '../call-counter.ts';
import type { Clock } from '../clock.ts';
import { describeError } from '../describe-error.ts';
import { Prefect1Client } from '../prefect1/client.ts';
import { Prefect3Client } from '../prefect3/client.ts';
import { PoolReader } from '../prefect3/pool-reader.ts';
import { apiKeyProvider } from '../settings/api-key.ts';
import type { Settings } from '../settings/settings.ts';
import { AwsCaller } from './aws-caller.ts';
import { type Check, failed, ok } from './check.ts';
import { clockCheck } from './clock-check.ts';
import { clusterCheck } from './cluster-check.ts';
import { type CheckedDeployment, deploymentChecks } from './deployment-checks.ts';
import { poolImages, settingsImages } from './default-images.ts';
import { imageCheck } from './image-check.ts';
import { type PoolNames, poolNames } from './pool-names.ts';
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

/**
 * Everything that can be asked about the surroundings of an agent with these settings.
 * @param deployment what a deployment to a stage would make and be allowed. @default there is none
 */
export function createChecks(
  settings: Settings,
  deps: DoctorDependencies,
  deployment?: CheckedDeployment,
): readonly Check[] {
  const { clock, ecs: client, secrets, env, fetch: send } = deps;
  const { ecs, prefect } = settings;
  const aws = new AwsCaller(client.config, env);
  const { checks, images, names } = aboutPrefect(settings, deps);
  const isFargate = ecs.launchType !== 'EC2' && ecs.launchType !== 'EXTERNAL';
  const all = [
    ...checks,
    clockCheck(prefect.api, clock, send),
    credentialsCheck(client),
    secretCheck(prefect.apiKey, secrets),
    clusterCheck(client, ecs),
    ...roleChecks(aws, settings),
    subnetCheck(aws, ecs),
    imageCheck(aws, images),
    ...(isFargate ? [quotaCheck(aws, ecs)] : []),
  ];
  return deployment === undefined ? all : deploymentChecks(all, deployment, names);
}

interface AboutPrefect {
  readonly checks: readonly Check[];
  readonly images: Parameters<typeof imageCheck>[1];
  /** Only Prefect 3 has a pool. */
  readonly names?: (signal: AbortSignal) => Promise<PoolNames>;
}

function aboutPrefect({ ecs, prefect }: Settings, { clock, fetch: send }: DoctorDependencies): AboutPrefect {
  const apiKey = apiKeyProvider(prefect.apiKey, { clock });
  const common = { api: prefect.api, apiKey, clock, calls: new CallCounter(), fetch: send };
  if (prefect.generation === 1) {
    return {
      checks: prefect1Checks(new Prefect1Client(common), prefect),
      images: () => Promise.resolve(settingsImages(ecs)),
    };
  }
  const client = new Prefect3Client({ ...common, keyKind: prefect.keyKind, uuid: randomUUID });
  // One reader for all questions: the pool is read once.
  const reader = new PoolReader(client, prefect.workPool, clock);
  return {
    checks: prefect3Checks(reader, prefect.api),
    images: (signal) => poolImages(reader, signal),
    names: (signal) => poolNames(reader, signal),
  };
}

function credentialsCheck({ config }: ECSClient): Check {
  return {
    name: 'AWS credentials',
    run: async () => {
      let region: string;
      try {
        region = await config.region();
      } catch (error) {
        return failed(describeError(error), 'Set AWS_REGION, or a region in the AWS profile.');
      }
      try {
        await config.credentials();
        return ok(`found, for ${region}`);
      } catch (error) {
        return failed(describeError(error), 'Sign in with `aws sso login`, or set AWS_PROFILE.');
      }
    },
  };
}
