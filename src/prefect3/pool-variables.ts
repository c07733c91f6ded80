import type { Json } from './json.ts';

const TEXT = { anyOf: [{ type: 'string' }, { type: 'null' }] };
const WHOLE_NUMBER = { anyOf: [{ type: 'integer' }, { type: 'null' }] };
const FLAG = { type: 'boolean' };
const TEXTS = { type: 'object', additionalProperties: { type: 'string' } };
const ENVIRONMENT = { type: 'object', additionalProperties: TEXT };

const variable = (title: string, schema: Json, description: string): Json => ({
  title,
  description,
  ...schema,
});

/** The variables of a pool of type `ecs`, by name, as JSON schemas. The order is the one in which people see them. */
const VARIABLES: Readonly<Record<string, Json>> = {
  image: variable('Image', TEXT, 'The image of the flow’s container. Default: Prefect’s own.'),
  command: variable('Command', TEXT, 'What the flow’s container runs. Default: `prefect flow-run execute`.'),
  env: variable(
    'Environment',
    ENVIRONMENT,
    'Variables of the flow’s container. `null` unsets one of the pool.',
  ),
  cpu: variable('CPU', WHOLE_NUMBER, 'CPU units of the task: 1024 are one CPU. Default: 1024.'),
  memory: variable('Memory', WHOLE_NUMBER, 'Memory of the task in MiB. Default: 2048.'),
  labels: variable('Labels', TEXTS, 'Become tags of the task, beside Prefect’s own.'),
  cluster: variable('Cluster', TEXT, 'A name or an ARN. Default: the default cluster.'),
  launch_type: variable(
    'Launch type',
    { type: 'string', enum: ['FARGATE', 'FARGATE_SPOT', 'EC2', 'EXTERNAL'] },
    'Where the task runs.',
  ),
  capacity_provider_strategy: variable(
    'Capacity provider strategy',
    { type: 'array', items: { type: 'object' } },
    'As ECS has it. Goes before the launch type.',
  ),
  task_role_arn: variable('Task role', TEXT, 'The role of the flow itself.'),
  execution_role_arn: variable(
    'Execution role',
    TEXT,
    'The role with which ECS pulls the image, reads secrets and writes logs.',
  ),
  task_definition_arn: variable('Task definition', TEXT, 'One that is registered, to be run as it is.'),
  container_name: variable('Container', TEXT, 'The container that runs the flow. Default: `prefect`.'),
  family: variable('Family', TEXT, 'For Prefect’s worker. This agent names definitions by their content.'),
  vpc_id: variable('VPC', TEXT, 'The VPC of the network configuration, or the one in whose subnets to run.'),
  network_configuration: variable(
    'Network configuration',
    { type: 'object' },
    '`subnets`, `securityGroups` and `assignPublicIp` as ECS has them. Needs the VPC.',
  ),
  configure_cloudwatch_logs: variable(
    'CloudWatch logs',
    FLAG,
    'Whether the task logs to CloudWatch. Needs an execution role.',
  ),
  cloudwatch_logs_options: variable('CloudWatch options', TEXTS, 'Options of the log driver awslogs.'),
  cloudwatch_logs_prefix: variable('CloudWatch prefix', TEXT, 'What the names of log streams begin with.'),
  prefect_api_key_secret_arn: variable(
    'Secret of the API key',
    TEXT,
    'ARN of the secret with the key of Prefect Cloud.',
  ),
  prefect_api_auth_string_secret_arn: variable(
    'Secret of the auth string',
    TEXT,
    'ARN of the secret with the auth string of a Prefect server.',
  ),
  auto_deregister_task_definition: variable(
    'Deregister',
    FLAG,
    'For Prefect’s worker. This agent shares definitions.',
  ),
  match_latest_revision_in_family: variable(
    'Match the latest revision',
    FLAG,
    'For Prefect’s worker. This agent always finds a definition again.',
  ),
  name: variable('Name', TEXT, 'A name for people. ECS tasks have none.'),
};

/** The variables of a pool with its defaults, by name; undefined: none. */
export function poolVariables(defaults: Json): Readonly<Record<string, Json>> {
  const variables = Object.entries(VARIABLES).map(([name, schema]) => {
    const { [name]: value } = defaults;
    return [name, value === undefined ? schema : { ...schema, default: value }] as const;
  });
  return Object.fromEntries(variables);
}
