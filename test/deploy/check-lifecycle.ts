import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { systemClock } from '../../src/clock.ts';
import { type Prefect1Sandbox, startPrefect1 } from '../../src/sandbox/prefect1/prefect1-server.ts';
import type { Checks } from '../support/checks.ts';
import { serverless } from '../support/serverless-cli.ts';
import { type Ministack, startMinistack } from './ministack.ts';
import { deployService } from './service.ts';
import { leftovers, resourcesOf } from './stack-resources.ts';

const STACK = 'serverless-prefect-agent-dev';

/** Deploys the service, uses it by its own interfaces, deploys it again, and removes it. */
export async function checkLifecycle(checks: Checks, programs: string): Promise<void> {
  await using aws = await startMinistack(programs);
  await using prefect1 = await startPrefect1({ clock: systemClock });
  prefect1.createTenant();
  const parameters = {
    PREFECT__BACKEND: 'server',
    PREFECT__CLOUD__API: prefect1.endpoint,
    PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d4e5f6a7b8',
  };
  await deployService(parameters, aws.env);
  await checkResources(checks, aws);
  const api = await apiOf(aws);
  checks.equal(
    'health answers 503 before the first poll, or 200 after it',
    [200, 503].includes(await api()),
    true,
  );
  const task = await checkLaunch(checks, aws, prefect1);
  // The function keeps its answer for three seconds.
  await delay(4000);
  checks.equal('health answers 200 after a poll', await api(), 200);
  await checkTaskStopped(checks, aws, prefect1, task);
  await deployService({ ...parameters, memoryMb: '256', dashboard: 'true' }, aws.env);
  await checkUpdate(checks, aws);
  checks.equal('health remembers the poll after an update', await api(), 200);
  await serverless(['remove'], parameters, aws.env);
  checks.equal('nothing is left after the removal', await leftovers(aws), []);
}

async function checkResources(checks: Checks, aws: Ministack): Promise<void> {
  const resources = await resourcesOf(aws, STACK);
  const made = (id: string) => resources.get(id) ?? '';
  checks.equal(
    'the poll is woken once a minute, by its own rule',
    z
      .object({ ScheduleExpression: z.string(), State: z.string() })
      .parse(await aws.json('events', 'AWSEvents.DescribeRule', { Name: made('PollEventsRuleSchedule1') })),
    { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' },
  );
  const routes = z
    .object({ items: z.array(z.object({ routeKey: z.string() })) })
    .parse(await aws.get('apigateway', `/v2/apis/${made('HttpApi')}/routes`));
  const routeKeys = routes.items.map(({ routeKey }) => routeKey).sort();
  checks.equal('the routes of health and of pokes', routeKeys, ['ANY /api/poke', 'GET /api/health']);
  const client = new DynamoDBClient(clientConfig(aws));
  const { Table } = await client.send(new DescribeTableCommand({ TableName: made('ControlTable') }));
  checks.equal(
    'the control table is paid by the request',
    Table?.BillingModeSummary?.BillingMode,
    'PAY_PER_REQUEST',
  );
  const policy = await aws.query('iam', 'GetRolePolicy', { RoleName: made('PollRole'), PolicyName: 'poll' });
  const cluster = `arn:aws:ecs:us-east-1:000000000000:cluster/${made('Cluster')}`;
  checks.equal(
    "the poll's role is bound to the cluster that was made",
    decodeURIComponent(policy).includes(cluster),
    true,
  );
  const alarms = await aws.query('monitoring', 'DescribeAlarms');
  const names = Array.from(alarms.matchAll(/<AlarmName>([^<]+)</g), ([, name]) => name).sort();
  const kinds = ['circuit-open', 'dead-letters', 'late-launches', 'launches-failed', 'no-successful-poll'];
  checks.equal(
    'the alarms',
    names,
    kinds.map((kind) => `${STACK}-${kind}`),
  );
}

/** What GET /api/health answers, by the address of the HTTP API. */
async function apiOf(aws: Ministack): Promise<() => Promise<number>> {
  const id = (await resourcesOf(aws, STACK)).get('HttpApi') ?? '';
  return async () => (await fetch(`${aws.endpoint}/_aws/execute-api/${id}/$default/api/health`)).status;
}

async function checkLaunch(checks: Checks, aws: Ministack, prefect1: Prefect1Sandbox): Promise<Task> {
  const flow = prefect1.createFlow({ name: 'etl' });
  const { id } = prefect1.createFlowRun({ flowId: flow.id });
  await invoke(aws, 'poll', {});
  checks.equal('an invocation claims a due run', prefect1.flowRun(id)?.state, 'Submitted');
  const ecs = new ECSClient(clientConfig(aws));
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: STACK }));
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster: STACK, tasks: taskArns }));
  checks.equal(
    'and starts one task for it, in the cluster',
    tasks.map(({ startedBy }) => startedBy),
    [`agent/${id}`],
  );
  const [task] = tasks;
  if (task === undefined) throw new Error('Expected a task, got none.');
  return task;
}

async function checkTaskStopped(
  checks: Checks,
  aws: Ministack,
  prefect1: Prefect1Sandbox,
  { taskArn = '', clusterArn = '', startedBy = '' }: Task,
): Promise<void> {
  const ecs = new ECSClient(clientConfig(aws));
  await ecs.send(new StopTaskCommand({ cluster: clusterArn, task: taskArn }));
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster: clusterArn, tasks: [taskArn] }));
  const [stopped] = tasks;
  const event = {
    id: '1',
    account: '000000000000',
    region: 'us-east-1',
    time: new Date().toISOString(),
    resources: [taskArn],
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    detail: { ...stopped, lastStatus: 'STOPPED' },
  };
  const rule = (await resourcesOf(aws, STACK)).get('TaskStoppedRule') ?? '';
  const { EventPattern } = z
    .object({ EventPattern: z.string() })
    .parse(await aws.json('events', 'AWSEvents.DescribeRule', { Name: rule }));
  const matches = async (change: Readonly<Record<string, unknown>>) => {
    const Event = JSON.stringify({ ...event, detail: { ...event.detail, ...change } });
    const answer = await aws.json('events', 'AWSEvents.TestEventPattern', { EventPattern, Event });
    return z.object({ Result: z.boolean() }).parse(answer).Result;
  };
  checks.equal('the rule knows a stopped task of the agent', await matches({}), true);
  checks.equal('and not one that runs', await matches({ lastStatus: 'RUNNING' }), false);
  checks.equal('nor one of others', await matches({ startedBy: 'others', group: 'family:web' }), false);
  const flowRunId = startedBy.replace(/^.*\//, '');
  const answer = z.object({ decision: z.string() }).parse(await invoke(aws, 'taskStopped', event));
  checks.equal(
    'the function puts the run back',
    [answer.decision, prefect1.flowRun(flowRunId)?.state],
    ['put-back', 'Scheduled'],
  );
}

async function checkUpdate(checks: Checks, aws: Ministack): Promise<void> {
  const configuration = z
    .object({ MemorySize: z.int() })
    .parse(await aws.get('lambda', `/2015-03-31/functions/${STACK}-poll/configuration`));
  checks.equal('a deployment again changes what has changed', configuration, { MemorySize: 256 });
  const dashboards = await aws.query('monitoring', 'ListDashboards');
  checks.equal(
    'and makes a dashboard where one is wanted',
    dashboards.includes(`<DashboardName>${STACK}<`),
    true,
  );
  const answer = z.object({ agent: z.string() }).parse(await invoke(aws, 'poll', {}));
  checks.equal('the function still polls', answer.agent, 'agent');
}

async function invoke(aws: Ministack, name: string, event: unknown): Promise<unknown> {
  const client = new LambdaClient(clientConfig(aws));
  const command = new InvokeCommand({ FunctionName: `${STACK}-${name}`, Payload: JSON.stringify(event) });
  const { Payload, FunctionError } = await client.send(command);
  const text = Buffer.from(Payload ?? []).toString();
  if (FunctionError !== undefined) throw new Error(`${name}: ${FunctionError} ${text}`);
  return JSON.parse(text);
}

const clientConfig = ({ endpoint }: Ministack) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
