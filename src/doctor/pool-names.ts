import * as z from 'zod/mini';
import { fillTemplate } from '../prefect3/job-variables.ts';
import { isFalsy } from '../prefect3/json.ts';
import { placeholdersIn } from '../prefect3/placeholders.ts';
import type { PoolReader } from '../prefect3/pool-reader.ts';

/** What the tasks of a work pool's runs get that choose nothing else. What blocks and variables fill in is left out. */
export interface PoolNames {
  readonly pool: string;
  /** A name or an ARN. */
  readonly cluster: string | undefined;
  readonly executionRoles: readonly string[];
  readonly taskRoles: readonly string[];
  /** In whose subnets tasks run; undefined: it names none, or the subnets too. */
  readonly vpc: string | undefined;
}

const text = z.catch(z.optional(z.string()), undefined);
const roles = { executionRoleArn: text, taskRoleArn: text };
const none = { executionRoleArn: undefined, taskRoleArn: undefined };

const job = z.object({
  cluster: text,
  execution_role_arn: text,
  task_role_arn: text,
  vpc_id: text,
  network_configuration: z.optional(z.unknown()),
  task_definition: z.catch(z.object(roles), none),
  task_run_request: z.catch(
    z.object({
      cluster: text,
      networkConfiguration: z.optional(z.unknown()),
      overrides: z.catch(z.object(roles), none),
    }),
    {
      cluster: undefined,
      networkConfiguration: undefined,
      overrides: none,
    },
  ),
});

/** @throws SettingsError, PrefectApiError, AwsError */
export async function poolNames(reader: PoolReader, signal: AbortSignal): Promise<PoolNames> {
  const { name: pool, baseJobTemplate } = await reader.pool(signal);
  const own = job.parse(fillTemplate(baseJobTemplate, {}));
  const { task_definition: definition, task_run_request: request } = own;
  const [cluster] = named([request.cluster, own.cluster]);
  const hasSubnets = !isFalsy(own.network_configuration) || !isFalsy(request.networkConfiguration);
  const [vpc] = hasSubnets ? [] : named([own.vpc_id]);
  return {
    pool,
    cluster,
    executionRoles: named([
      request.overrides.executionRoleArn,
      definition.executionRoleArn,
      own.execution_role_arn,
    ]),
    taskRoles: named([request.overrides.taskRoleArn, definition.taskRoleArn, own.task_role_arn]),
    vpc,
  };
}

function named(texts: readonly (string | undefined)[]): readonly string[] {
  const given = texts.filter((one) => one !== undefined && one !== '' && placeholdersIn(one).length === 0);
  return [...new Set(given)].filter((one) => one !== undefined);
}
