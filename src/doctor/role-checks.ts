import type { Settings } from '../settings/settings.ts';
import { type AwsCaller, AwsRefusal } from './aws-caller.ts';
import { type Check, failed, ok, type Verdict } from './check.ts';

const ECS_TASKS = 'ecs-tasks.amazonaws.com';

/** Whether the roles of the tasks are there and trust ECS, and whether there is one where one is needed. */
export function roleChecks(aws: AwsCaller, { ecs, prefect }: Settings): readonly Check[] {
  const { executionRoleArn, taskRoleArn } = ecs;
  const template = ecs.taskDefinition ?? {};
  const needsExecution = prefect.apiKey?.kind === 'secret';
  const execution: Check = {
    name: 'execution role',
    run: async (signal) => {
      if (executionRoleArn !== undefined) return roleVerdict(aws, executionRoleArn, signal);
      if (!needsExecution || template['executionRoleArn'] !== undefined) return ok('none is set');
      return failed(
        'none is set, and ECS reads the API key from its secret with it',
        'Set PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN to a role that may read the secret.',
      );
    },
  };
  if (taskRoleArn === undefined) return [execution];
  return [execution, { name: 'task role', run: (signal) => roleVerdict(aws, taskRoleArn, signal) }];
}

async function roleVerdict(aws: AwsCaller, arn: string, signal: AbortSignal): Promise<Verdict> {
  // A role's name is what follows its path.
  const name = arn.split('/').at(-1) ?? arn;
  try {
    const xml = await aws.query('iam', 'GetRole', { RoleName: name }, signal);
    const trust = /<AssumeRolePolicyDocument>([^<]*)</.exec(xml)?.[1] ?? '';
    if (decodeURIComponent(trust).includes(ECS_TASKS)) return ok(`${name} is there, and ECS may take it`);
    return failed(
      `${name} does not trust ${ECS_TASKS}`,
      `Add ${ECS_TASKS} to its trust policy, for sts:AssumeRole.`,
    );
  } catch (error) {
    if (error instanceof AwsRefusal && error.code === 'NoSuchEntity') {
      return failed(
        `there is no role ${name} in this account`,
        'Create it, or correct its ARN in the settings.',
      );
    }
    throw error;
  }
}
