import type { NetworkConfiguration } from '@aws-sdk/client-ecs';
import type { Json } from './json.ts';
import { poolVariables } from './pool-variables.ts';
import type { BaseJobTemplate } from './work-pool.ts';

/** What a work pool gives to its tasks where neither a deployment nor a run says otherwise. */
export interface PoolDefaults {
  /** A name or an ARN; undefined: the default cluster. */
  readonly cluster: string | undefined;
  /** undefined: FARGATE. */
  readonly launchType: 'FARGATE' | 'EC2' | 'EXTERNAL' | undefined;
  readonly taskRoleArn: string | undefined;
  readonly executionRoleArn: string | undefined;
  /** undefined: all subnets of the default VPC. */
  readonly network: NetworkConfiguration | undefined;
  /** undefined: Prefect's own, of the server's version. */
  readonly image: string | undefined;
  /** In CPU units; undefined: 1024. */
  readonly cpu: number | undefined;
  /** In MiB; undefined: 2048. */
  readonly memory: number | undefined;
  /** ARN of the secret that holds Prefect Cloud's API key. */
  readonly apiKeySecretArn: string | undefined;
  /** ARN of the secret that holds the auth string of a server. */
  readonly authStringSecretArn: string | undefined;
  /** The CloudWatch group of the tasks' logs, which must exist; undefined: tasks have no log. */
  readonly logGroup: string | undefined;
}

/** What a template has of no deployment. */
export const noPoolDefaults: PoolDefaults = {
  cluster: undefined,
  launchType: undefined,
  taskRoleArn: undefined,
  executionRoleArn: undefined,
  network: undefined,
  image: undefined,
  cpu: undefined,
  memory: undefined,
  apiKeySecretArn: undefined,
  authStringSecretArn: undefined,
  logGroup: undefined,
};

/**
 * The base job template of a pool for this agent, which the genuine ECS worker understands as well. It has the
 * variables of the worker's own, but for `aws_credentials` and those that neither of the two uses.
 */
export function baseJobTemplate(defaults: PoolDefaults): BaseJobTemplate {
  const { network } = defaults;
  const variables = { type: 'object', properties: poolVariables(defaultsOf(defaults)) };
  return {
    job_configuration: {
      ...placeholders(ALIKE),
      task_definition: {
        containerDefinitions: [{ name: '{{ container_name }}', image: '{{ image }}' }],
        cpu: '{{ cpu }}',
        memory: '{{ memory }}',
        family: '{{ family }}',
        executionRoleArn: '{{ execution_role_arn }}',
      },
      task_run_request: {
        launchType: '{{ launch_type }}',
        capacityProviderStrategy: '{{ capacity_provider_strategy }}',
        cluster: '{{ cluster }}',
        ...(network !== undefined && { networkConfiguration: network }),
        overrides: {
          containerOverrides: [
            {
              name: '{{ container_name }}',
              command: '{{ command }}',
              environment: '{{ env }}',
              cpu: '{{ cpu }}',
              memory: '{{ memory }}',
            },
          ],
          cpu: '{{ cpu }}',
          memory: '{{ memory }}',
          taskRoleArn: '{{ task_role_arn }}',
        },
        tags: '{{ labels }}',
        taskDefinition: '{{ task_definition_arn }}',
      },
    },
    variables,
  };
}

/** Fields of the job configuration that are called as their variables are. */
const ALIKE = [
  'name',
  'command',
  'env',
  'labels',
  'cluster',
  'container_name',
  'execution_role_arn',
  'vpc_id',
  'network_configuration',
  'configure_cloudwatch_logs',
  'cloudwatch_logs_options',
  'cloudwatch_logs_prefix',
  'prefect_api_key_secret_arn',
  'prefect_api_auth_string_secret_arn',
  'auto_deregister_task_definition',
  'match_latest_revision_in_family',
];

function placeholders(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `{{ ${name} }}`]));
}

function defaultsOf(defaults: PoolDefaults): Json {
  const { logGroup } = defaults;
  return {
    image: defaults.image,
    cpu: defaults.cpu,
    memory: defaults.memory,
    cluster: defaults.cluster,
    launch_type: defaults.launchType ?? 'FARGATE',
    task_role_arn: defaults.taskRoleArn,
    execution_role_arn: defaults.executionRoleArn,
    prefect_api_key_secret_arn: defaults.apiKeySecretArn,
    prefect_api_auth_string_secret_arn: defaults.authStringSecretArn,
    ...(logGroup !== undefined && {
      configure_cloudwatch_logs: true,
      cloudwatch_logs_options: { 'awslogs-group': logGroup, 'awslogs-create-group': 'false' },
    }),
  };
}
