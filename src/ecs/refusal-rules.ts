/** What ECS may say, and what that means. */
export interface Rule {
  /** Matched with the error's name and its text, as "<name>: <text>". */
  readonly pattern: RegExp;
  readonly cause: 'capacity' | 'definition' | 'denied' | 'fault';
  /** The members of the requests that this is about: chosen by the run, they are the run's to correct. */
  readonly about?: readonly string[];
  /** What to correct, in the agent's deployment and in the run. */
  readonly advice: readonly [agent: string, run: string];
}

const ROLES = ['taskRoleArn', 'executionRoleArn'];

/** In order: the first that matches decides. */
export const RULES: readonly Rule[] = [
  // Before all others, for it repeats a name that users chose, which may be any of their words.
  {
    pattern: /override for container named/i,
    cause: 'fault',
    about: ['containerOverrides', 'containerDefinitions', 'taskDefinition'],
    advice: [
      'Correct containerOverrides in PREFECT__CLOUD__AGENT__ECS__RUN_TASK_KWARGS, or the agent’s task definition.',
      'Correct containerOverrides in run_task_kwargs of the run config, or the containers of its task definition.',
    ],
  },
  // By the error's name, before what is known by its words: these repeat the names of roles and resources.
  {
    pattern: /^AccessDenied.*PassRole/s,
    cause: 'denied',
    about: ROLES,
    advice: [
      'Allow iam:PassRole for this role to the role of the agent.',
      'Let the run use a role that the agent may pass, or allow iam:PassRole for it to the role of the agent.',
    ],
  },
  {
    pattern: /^(AccessDenied|UnauthorizedOperation)/,
    cause: 'denied',
    about: ['cluster', 'taskDefinition'],
    advice: [
      'Allow this to the role of the agent.',
      'Let the run use what the agent may, or allow this to the role of the agent.',
    ],
  },
  {
    pattern:
      /^(Unrecognized|Invalid|Expired|Incomplete|Missing)\w*(Client|Token|Signature|Authentication)|^Credentials|^SignatureDoesNotMatch|^Blocked|^OptInRequired/,
    cause: 'fault',
    about: [],
    advice: ['Check the credentials and the state of the AWS account.', ''],
  },
  {
    pattern:
      /[Cc]apacity is unavailable|[Ii]nsufficient|[Nn]o [Cc]ontainer [Ii]nstances|\bRESOURCE:|: (AGENT|ATTRIBUTE|LOCATION)\b/,
    cause: 'capacity',
    advice: ['There is no room for the task now.', ''],
  },
  {
    pattern: /limit on the number|quota|limit ?exceeded|LimitExceeded/i,
    cause: 'capacity',
    advice: ['Wait for running tasks to end, or have the quota of the account raised.', ''],
  },
  {
    pattern: /task ?definition.*(inactive|not found|does not exist)|unable to describe task definition/i,
    cause: 'definition',
    about: ['taskDefinition'],
    advice: ['', 'Name an active task definition in task_definition_arn of the run config.'],
  },
  {
    pattern: /subnet|security ?group|vpc|network ?(configuration|mode)|public ?ip/i,
    cause: 'fault',
    about: ['networkConfiguration', 'networkMode', 'launchType'],
    advice: [
      'Check PREFECT__CLOUD__AGENT__ECS__SUBNETS and PREFECT__CLOUD__AGENT__ECS__SECURITY_GROUPS.',
      'Correct the network in run_task_kwargs or in the task definition of the run config.',
    ],
  },
  {
    pattern: /assume|\brole\b/i,
    cause: 'fault',
    about: ROLES,
    advice: [
      'Check PREFECT__CLOUD__AGENT__ECS__TASK_ROLE_ARN and PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN, and that ecs-tasks.amazonaws.com may assume the roles.',
      'Correct the roles in the run config, and see that ecs-tasks.amazonaws.com may assume them.',
    ],
  },
  {
    pattern: /capacity ?provider/i,
    cause: 'fault',
    about: ['capacityProviderStrategy', 'cluster'],
    advice: [
      'Add the capacity provider to the cluster, or correct the strategy in PREFECT__CLOUD__AGENT__ECS__RUN_TASK_KWARGS.',
      'Correct capacityProviderStrategy in run_task_kwargs of the run config.',
    ],
  },
  {
    pattern: /^ClusterNotFound|cluster not found/i,
    cause: 'fault',
    about: ['cluster'],
    advice: [
      'Set PREFECT__CLOUD__AGENT__ECS__CLUSTER to a cluster of this account and region.',
      'Name a cluster of this account and region in run_task_kwargs of the run config.',
    ],
  },
  {
    pattern: /^Platform|platform ?version/i,
    cause: 'fault',
    about: ['platformVersion', 'runtimePlatform', 'containerDefinitions'],
    advice: [
      'Check the platform version in the agent’s RunTask arguments.',
      'Correct the platform version of the run.',
    ],
  },
  {
    pattern: /\bcpu\b|\bmemory\b|fargate configuration/i,
    cause: 'fault',
    about: ['cpu', 'memory', 'containerDefinitions', 'containerOverrides'],
    advice: [
      'Correct cpu and memory of the agent’s task definition.',
      'Correct cpu and memory of the run config: Fargate has certain sizes only.',
    ],
  },
  {
    pattern: /\bimage\b/i,
    cause: 'fault',
    about: ['image', 'containerDefinitions'],
    advice: [
      'Correct the image in the agent’s task definition.',
      'Correct the image of the run config or of the flow’s storage.',
    ],
  },
  {
    pattern: /\benvironment\b/i,
    cause: 'fault',
    about: ['environment', 'containerDefinitions', 'containerOverrides'],
    advice: [
      'Check PREFECT__CLOUD__AGENT__ENV_VARS and the environment in the agent’s task definition.',
      'Correct the environment in the run config.',
    ],
  },
];
