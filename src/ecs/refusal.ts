import { isThrottle, isTransient } from './ecs-errors.ts';

/** Why ECS did not do what it was asked, and what follows from it. */
export interface Refusal {
  /**
   * - `throttle`: too many calls; the same one is served a little later.
   * - `capacity`: no room, or a quota of the account is used up; it may be served minutes later.
   * - `definition`: the task definition is gone; registering it anew helps.
   * - `denied`: the agent may not do what this run asks for; another run may be served.
   * - `agent`: the agent, its settings or its account must be changed; no run is served before that.
   * - `run`: the run must be changed.
   */
  readonly cause: 'throttle' | 'capacity' | 'definition' | 'denied' | 'agent' | 'run';
  /** What ECS said, and what to do about it. */
  readonly reason: string;
}

interface Rule {
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
const RULES: readonly Rule[] = [
  {
    pattern:
      /capacity is unavailable|insufficient|no container instances|RESOURCE:|: (AGENT|ATTRIBUTE|LOCATION)\b/i,
    cause: 'capacity',
    advice: ['There is no room for the task now.', ''],
  },
  {
    pattern: /limit on the number|quota|limit ?exceeded|LimitExceeded/i,
    cause: 'capacity',
    advice: ['Wait for running tasks to end, or have the quota of the account raised.', ''],
  },
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
];

/** What it is when no rule knows it. An image alone is no choice that ECS would complain about in other words. */
const UNNAMED: Pick<Rule, 'advice'> = {
  advice: ['Check the agent’s task definition and RunTask arguments.', 'Correct the run config.'],
};

/** With these ECS refuses what was asked, and not who asks. */
const ABOUT_THE_REQUEST =
  /^(ClientException|InvalidParameter|Platform|UnsupportedFeature|SerializationException|ValidationException)/;

/**
 * Reads an error of a call that certainly had no effect.
 * @param call the operation, for the reason.
 * @param chosenByRun what the run chose itself, by the names of ECS's members.
 */
export function readRefusal(call: string, error: unknown, chosenByRun: ReadonlySet<string>): Refusal {
  if (!(error instanceof Error)) return { cause: 'agent', reason: `${call}: ${String(error)}` };
  const said = `${error.name}: ${error.message}`;
  if (isThrottle(error)) return { cause: 'throttle', reason: `${call}: ${said}` };
  if (isTransient(error)) return { cause: 'agent', reason: `${call}: ${said}` };
  return judge(call, said, chosenByRun);
}

/** Reads the entries of `failures` with which RunTask answers when it has no place for the task. */
export function readFailures(
  failures: readonly { reason?: string | undefined; detail?: string | undefined; arn?: string | undefined }[],
  chosenByRun: ReadonlySet<string>,
): Refusal {
  const told = failures.map(({ reason, detail, arn }) =>
    [reason ?? 'no reason given', detail, arn].filter(Boolean).join(', '),
  );
  const said = `it started no task: ${told.join('; ') || 'no reason given'}`;
  const refusal = judge('RunTask', said, chosenByRun);
  // ECS takes the request for sound where it answers so; what it has no words for is a matter of room.
  return refusal.cause === 'run' || refusal.cause === 'agent'
    ? { cause: 'capacity', reason: `RunTask: ${said}` }
    : refusal;
}

function judge(call: string, said: string, chosenByRun: ReadonlySet<string>): Refusal {
  const rule = RULES.find(({ pattern }) => pattern.test(said));
  const isRuns =
    rule?.about === undefined
      ? ABOUT_THE_REQUEST.test(said) && [...chosenByRun].some((member) => member !== 'image')
      : rule.about.some((member) => chosenByRun.has(member));
  const [forAgent, forRun] = (rule ?? UNNAMED).advice;
  const reason = `${call}: ${said} ${isRuns ? forRun : forAgent}`.trimEnd();
  switch (rule?.cause) {
    case 'capacity':
      return { cause: 'capacity', reason: `${call}: ${said} ${forAgent}` };
    case 'definition':
      return { cause: isRuns ? 'run' : 'definition', reason };
    case 'denied':
      return { cause: isRuns ? 'denied' : 'agent', reason };
    case 'fault':
    case undefined:
      return { cause: isRuns ? 'run' : 'agent', reason };
  }
}
