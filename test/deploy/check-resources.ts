import * as z from 'zod/mini';
import type { Checks } from '../support/checks.ts';
import type { Ministack } from './ministack.ts';
import { onlyTarget } from './only-target.ts';
import { STACK } from './service.ts';
import { textsOf } from './texts-of.ts';

const ACCOUNT = '000000000000';

/** The functions, with what the stack names the role of each, and its policy. */
const FUNCTIONS = {
  poll: { role: 'PollRole', policy: 'poll' },
  health: { role: 'HealthRole', policy: 'health' },
  poke: { role: 'PokeRole', policy: 'poke' },
  taskStopped: { role: 'TaskStoppedRole', policy: 'task-stopped' },
} as const;

type Made = (id: string) => string;

/** Reads back what a deployment with the least parameters has made. `resources`: as resourcesOf() answers. */
export async function checkResources(
  checks: Checks,
  aws: Ministack,
  resources: ReadonlyMap<string, string>,
): Promise<void> {
  const made = (id: string) => resources.get(id) ?? '';
  await checkRoles(checks, aws, made);
  await checkLogs(checks, aws);
  await checkSchedule(checks, aws, made);
  await checkTaskStopped(checks, aws, made);
  await checkApi(checks, aws, made);
  const { Table } = z
    .object({ Table: z.object({ BillingModeSummary: z.object({ BillingMode: z.string() }) }) })
    .parse(
      await aws.json('dynamodb', 'DynamoDB_20120810.DescribeTable', { TableName: made('ControlTable') }),
    );
  checks.equal(
    'the control table is paid by the request',
    Table.BillingModeSummary.BillingMode,
    'PAY_PER_REQUEST',
  );
}

async function checkRoles(checks: Checks, aws: Ministack, made: Made): Promise<void> {
  for (const [name, { role, policy }] of Object.entries(FUNCTIONS)) {
    const RoleName = made(role);
    const { Role } = z
      .object({ Role: z.string() })
      .parse(await aws.get('lambda', `/2015-03-31/functions/${STACK}-${name}/configuration`));
    checks.equal(`${name} has a role of its own`, Role, `arn:aws:iam::${ACCOUNT}:role/${RoleName}`);
    const attached = await aws.query('iam', 'ListAttachedRolePolicies', { RoleName });
    const inline = textsOf(await aws.query('iam', 'ListRolePolicies', { RoleName }), 'member');
    checks.equal(
      `which has its own policy, and no other`,
      [textsOf(attached, 'PolicyName'), inline],
      [[], [policy]],
    );
    const [trust = ''] = textsOf(await aws.query('iam', 'GetRole', { RoleName }), 'AssumeRolePolicyDocument');
    const [statement] = statementsOf(decodeURIComponent(trust));
    checks.equal('and which Lambda alone may take', statement?.Principal, {
      Service: 'lambda.amazonaws.com',
    });
  }
  const policy = await aws.query('iam', 'GetRolePolicy', { RoleName: made('PollRole'), PolicyName: 'poll' });
  const cluster = `arn:aws:ecs:us-east-1:${ACCOUNT}:cluster/${made('Cluster')}`;
  checks.equal(
    "the poll's role is bound to the cluster that was made",
    decodeURIComponent(policy).includes(cluster),
    true,
  );
}

async function checkLogs(checks: Checks, aws: Ministack): Promise<void> {
  const { logGroups } = z
    .object({
      logGroups: z.array(z.object({ logGroupName: z.string(), retentionInDays: z.optional(z.int()) })),
    })
    .parse(await aws.json('logs', 'Logs_20140328.DescribeLogGroups'));
  const names = [
    ...Object.keys(FUNCTIONS).map((name) => `/aws/lambda/${STACK}-${name}`),
    `/prefect/${STACK}`,
  ];
  checks.equal(
    'the log of each function and of the flows is kept for thirty days',
    Object.fromEntries(logGroups.map(({ logGroupName, retentionInDays }) => [logGroupName, retentionInDays])),
    Object.fromEntries(names.map((name) => [name, 30])),
  );
}

async function checkSchedule(checks: Checks, aws: Ministack, made: Made): Promise<void> {
  const Name = made('PollEventsRuleSchedule1');
  checks.equal(
    'the poll is woken once a minute, by its own rule',
    z
      .object({ ScheduleExpression: z.string(), State: z.string() })
      .parse(await aws.json('events', 'AWSEvents.DescribeRule', { Name })),
    { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' },
  );
  checks.equal('a tick that failed is not repeated', await retriesOf(aws, 'poll'), {
    MaximumRetryAttempts: 0,
    MaximumEventAgeInSeconds: 60,
    DestinationConfig: {},
  });
}

async function checkTaskStopped(checks: Checks, aws: Ministack, made: Made): Promise<void> {
  const QueueUrl = made('TaskStoppedDeadLetters');
  const { Attributes: queue } = z
    .object({
      Attributes: z.object({
        QueueArn: z.string(),
        MessageRetentionPeriod: z.string(),
        SqsManagedSseEnabled: z.string(),
        Policy: z.string(),
      }),
    })
    .parse(await aws.json('sqs', 'AmazonSQS.GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }));
  checks.equal(
    'dead letters are kept for two weeks, encrypted',
    [queue.MessageRetentionPeriod, queue.SqsManagedSseEnabled],
    ['1209600', 'true'],
  );
  const Rule = made('TaskStoppedRule');
  checks.equal('and come from EventBridge for the one rule alone', statementsOf(queue.Policy), [
    {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: queue.QueueArn,
      Condition: { ArnEquals: { 'aws:SourceArn': `arn:aws:events:us-east-1:${ACCOUNT}:rule/${Rule}` } },
    },
  ]);
  const { InputTransformer: _, ...target } = await onlyTarget(aws, Rule);
  checks.equal('which sends them there when it cannot reach the function', target, {
    Id: 'task-stopped',
    Arn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${STACK}-taskStopped`,
    RetryPolicy: { MaximumRetryAttempts: 20, MaximumEventAgeInSeconds: 3600 },
    DeadLetterConfig: { Arn: queue.QueueArn },
  });
  checks.equal('as Lambda does when the function has failed for good', await retriesOf(aws, 'taskStopped'), {
    MaximumRetryAttempts: 2,
    MaximumEventAgeInSeconds: 3600,
    DestinationConfig: { OnFailure: { Destination: queue.QueueArn } },
  });
}

async function checkApi(checks: Checks, aws: Ministack, made: Made): Promise<void> {
  const routes = z
    .object({ items: z.array(z.object({ routeKey: z.string(), authorizationType: z.string() })) })
    .parse(await aws.get('apigateway', `/v2/apis/${made('HttpApi')}/routes`));
  checks.equal(
    'health is open to all, and IAM is asked about pokes',
    Object.fromEntries(routes.items.map(({ routeKey, authorizationType }) => [routeKey, authorizationType])),
    { 'GET /api/health': 'NONE', 'ANY /api/poke': 'AWS_IAM' },
  );
  const stages = z
    .object({ items: z.array(z.object({ defaultRouteSettings: z.unknown() })) })
    .parse(await aws.get('apigateway', `/v2/apis/${made('HttpApi')}/stages`));
  checks.equal(
    'the API passes on five requests a second of a route',
    stages.items.map(({ defaultRouteSettings }) => defaultRouteSettings),
    [{ DetailedMetricsEnabled: false, ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 }],
  );
}

/** What becomes of an invocation that nobody waits for and that fails. */
async function retriesOf(aws: Ministack, name: string): Promise<unknown> {
  const path = `/2019-09-25/functions/${STACK}-${name}/event-invoke-config?Qualifier=$LATEST`;
  return z
    .object({
      MaximumRetryAttempts: z.int(),
      MaximumEventAgeInSeconds: z.int(),
      DestinationConfig: z.unknown(),
    })
    .parse(await aws.get('lambda', path));
}

const statementsOf = (document: string) =>
  z.object({ Statement: z.array(z.looseObject({ Principal: z.unknown() })) }).parse(JSON.parse(document))
    .Statement;
