import { roleArn } from './arn-parsers.ts';
import type { Setting } from './setting.ts';
import { documentSource, listOf } from './structure-parsers.ts';
import { atLeastOne, flag, numberBetween, oneOf, text } from './text-parsers.ts';

/** The settings of the ECS agent: how tasks are started, and where. A part of `settingsTable`. */
export const ecsSettingsTable = {
  PREFECT__CLOUD__AGENT__ECS__CLUSTER: {
    parse: text,
    whenUnset: 'the cluster `default`',
    description: 'Name or ARN of the ECS cluster.',
  },
  PREFECT__CLOUD__AGENT__ECS__LAUNCH_TYPE: {
    parse: oneOf(['FARGATE', 'EC2', 'EXTERNAL']),
    whenUnset: '`FARGATE`, or none when the RunTask arguments have a capacityProviderStrategy',
    description: 'ECS launch type: FARGATE, EC2 or EXTERNAL.',
  },
  PREFECT__CLOUD__AGENT__ECS__TASK_ROLE_ARN: {
    parse: roleArn,
    whenUnset: 'none',
    description: 'ARN of the role that flow runs have, unless their run config names one.',
  },
  PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN: {
    parse: roleArn,
    whenUnset: 'none',
    description:
      'ARN of the role with which ECS pulls images, writes logs and reads secrets, that of `PREFECT__CLOUD__API_KEY_SECRET` among them.',
  },
  PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION: {
    parse: documentSource,
    whenUnset: 'a built-in one',
    description:
      'Default task definition: JSON or YAML, the path of a file, s3://bucket/key, or an https address.',
  },
  PREFECT__CLOUD__AGENT__ECS__RUN_TASK_KWARGS: {
    parse: documentSource,
    whenUnset: 'none',
    description:
      'Default arguments of RunTask: JSON or YAML, the path of a file, s3://bucket/key, or an https address.',
  },
  PREFECT__CLOUD__AGENT__ECS__SUBNETS: {
    parse: listOf(/^subnet-[\w-]+$/, 'subnet IDs such as subnet-0a1b2c3d'),
    whenUnset:
      'as the networkConfiguration of the RunTask arguments says, else for FARGATE those of the default VPC',
    description: 'Subnets of the tasks.',
  },
  PREFECT__CLOUD__AGENT__ECS__SECURITY_GROUPS: {
    parse: listOf(/^sg-[\w-]+$/, 'security group IDs such as sg-0a1b2c3d'),
    whenUnset: "the VPC's default group",
    description: 'Security groups of the tasks.',
  },
  PREFECT__CLOUD__AGENT__ECS__ASSIGN_PUBLIC_IP: {
    parse: flag,
    whenUnset: '`true`; `false` for EC2 and EXTERNAL',
    description: 'Whether tasks get a public IP address.',
  },
  PREFECT__CLOUD__AGENT__ECS__LAUNCHES_PER_SECOND: {
    parse: numberBetween(1, 1000),
    whenUnset: '20, or 40 for EC2 and EXTERNAL, and more where AWS turns out to allow it',
    description:
      'How many tasks are started in a second at most, 1 to 1000. Raise it with the quotas of the account.',
  },
  PREFECT__CLOUD__AGENT__ECS__MAX_TASKS_IN_FLIGHT: {
    parse: atLeastOne,
    whenUnset: 'no limit',
    description:
      'How many tasks of this agent may be alive at once in its cluster. More runs stay in the queue. The tasks of the cluster are counted for it.',
  },
  PREFECT__CLOUD__AGENT__ECS__SPOT_FALLBACK: {
    parse: flag,
    default: 'false',
    description:
      'Whether a task for which Fargate Spot has no capacity is started on demand instead of put back in the queue.',
  },
  PREFECT__CLOUD__AGENT__ECS__SPOT_RESCHEDULE: {
    parse: flag,
    default: 'false',
    description:
      'Whether a flow run that is Running on a task which AWS takes away, such as one on Fargate Spot, goes back in the queue and starts anew instead of failing.',
  },
  PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY: {
    parse: flag,
    default: 'false',
    description:
      'Whether flow runs may get `PREFECT__CLOUD__API_KEY` in plain text, where everyone who may describe tasks can read it.',
  },
} as const satisfies Record<string, Setting<unknown>>;
