import { setTimeout as delay } from 'node:timers/promises';
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
import { transformed } from '../support/transformed.ts';
import { checkAlarms, checkExpressionAlarm } from './check-alarms.ts';
import { checkBearerPokes, checkSignedPokes, POKE_SECRET_ARN } from './check-pokes.ts';
import { checkResources } from './check-resources.ts';
import { type Ministack, startMinistack } from './ministack.ts';
import { onlyTarget } from './only-target.ts';
import { deployService, STACK } from './service.ts';
import { leftovers, resourcesOf } from './stack-resources.ts';

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
  const metrics = await deployService(parameters, aws.env);
  const resources = await resourcesOf(aws, STACK);
  await checkResources(checks, aws, resources);
  await checkAlarms(checks, aws, resources.get('TaskStoppedDeadLetters') ?? '');
  await checkExpressionAlarm(checks, aws, metrics);
  // What comes from here on is asked for.
  await aws.json('events', 'AWSEvents.DisableRule', { Name: resources.get('PollEventsRuleSchedule1') });
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
  await checkSignedPokes(checks, aws, prefect1);
  const changed = { memoryMb: '256', dashboard: 'true', PREFECT__CLOUD__AGENT__POKE_SECRET: POKE_SECRET_ARN };
  await deployService({ ...parameters, ...changed }, aws.env);
  await checkBearerPokes(checks, aws, prefect1);
  await checkUpdate(checks, aws);
  checks.equal('health remembers the poll after an update', await api(), 200);
  await serverless(['remove'], parameters, aws.env);
  checks.equal('nothing is left after the removal', await leftovers(aws), []);
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
  const { InputTransformer } = await onlyTarget(aws, rule);
  const given = transformed(InputTransformer, event);
  checks.equal('and hands the function where to look, and nothing else of the event', given, {
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    detail: { clusterArn, taskArn, lastStatus: 'STOPPED' },
  });
  const answer = z.object({ decision: z.string() }).parse(await invoke(aws, 'taskStopped', given));
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
