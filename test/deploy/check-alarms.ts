import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Checks } from '../support/checks.ts';
import type { Ministack } from './ministack.ts';
import { STACK } from './service.ts';
import { textsOf } from './texts-of.ts';

const answer = z.object({
  MetricAlarms: z.array(
    z.object({
      AlarmName: z.string(),
      Namespace: z.string(),
      MetricName: z.string(),
      Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })),
      Statistic: z.string(),
      Period: z.int(),
      EvaluationPeriods: z.int(),
      ComparisonOperator: z.string(),
      Threshold: z.number(),
      TreatMissingData: z.string(),
    }),
  ),
});

type Alarm = z.infer<typeof answer>['MetricAlarms'][number];

/** Reads the alarms back. `queueUrl`: of the dead letters. */
export async function checkAlarms(checks: Checks, aws: Ministack, queueUrl: string): Promise<void> {
  const { MetricAlarms } = answer.parse(
    await aws.json('monitoring', 'GraniteServiceVersion20100801.DescribeAlarms'),
  );
  const found = new Map(MetricAlarms.map(({ AlarmName, ...alarm }) => [AlarmName, alarm]));
  const aboveZero = {
    Period: 300,
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 0,
    TreatMissingData: 'notBreaching',
  };
  const ofPoll = { ...aboveZero, Dimensions: [{ Name: 'FunctionName', Value: `${STACK}-poll` }] };
  const ofAgent = { ...ofPoll, Namespace: 'ServerlessPrefectAgent' };
  const expected: Readonly<Record<string, Omit<Alarm, 'AlarmName'>>> = {
    'circuit-open': { ...ofAgent, MetricName: 'CircuitOpen', Statistic: 'Maximum' },
    'dead-letters': {
      ...aboveZero,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: queueUrl.replace(/^.*\//, '') }],
      Statistic: 'Maximum',
    },
    'late-launches': { ...ofAgent, MetricName: 'LatenessSeconds', Statistic: 'Maximum', Threshold: 600 },
    'launches-failed': { ...ofAgent, MetricName: 'LaunchesFailed', Statistic: 'Sum' },
  };
  for (const [name, alarm] of Object.entries(expected)) {
    checks.equal(`the alarm ${name}`, found.get(`${STACK}-${name}`), alarm);
  }
  const noPoll = found.get(`${STACK}-no-successful-poll`);
  checks.equal(
    'the alarm no-successful-poll is raised by silence too',
    [noPoll?.ComparisonOperator, noPoll?.Threshold, noPoll?.EvaluationPeriods, noPoll?.TreatMissingData],
    ['LessThanThreshold', 1, 1, 'breaching'],
  );
  checks.equal('there is no other alarm', found.size, Object.keys(expected).length + 1);
}

/** Sees that the alarm on an expression is what it should be, and still not to be had here. `metrics`: of its template. */
export async function checkExpressionAlarm(checks: Checks, aws: Ministack, metrics: unknown): Promise<void> {
  const metric = (Id: string, MetricName: string) => ({
    Id,
    ReturnData: false,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/Lambda',
        MetricName,
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'PollLambdaFunction' } }],
      },
      Period: 300,
      Stat: 'Sum',
    },
  });
  checks.equal('the metric of no-successful-poll is the invocations of polls less their errors', metrics, [
    { Id: 'succeeded', Expression: 'invocations - errors', Label: 'Successful polls' },
    metric('invocations', 'Invocations'),
    metric('errors', 'Errors'),
  ]);
  checks.equal('MiniStack makes no alarm on an expression of metrics', await refusalOfExpression(aws), [
    'AWS::CloudWatch::Alarm Properties.Metrics (metric math) is not supported; use MetricName and Namespace.',
  ]);
}

/** Why MiniStack does not make such an alarm. As long as it does not, deployService() has to put another in its place. */
async function refusalOfExpression(aws: Ministack): Promise<readonly string[]> {
  const StackName = 'expression';
  const alarm = {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      Metrics: [{ Id: 'sum', Expression: 'SELECT SUM(Invocations) FROM "AWS/Lambda"', Period: 60 }],
      EvaluationPeriods: 1,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
    },
  };
  const TemplateBody = JSON.stringify({ Resources: { Alarm: alarm } });
  await aws.query('cloudformation', 'CreateStack', { StackName, TemplateBody });
  let events = '';
  for (let looks = 0; looks < 100 && !/(?:ROLLBACK|CREATE)_COMPLETE/.test(events); looks++) {
    await delay(100);
    events = await aws.query('cloudformation', 'DescribeStackEvents', { StackName });
  }
  await aws.query('cloudformation', 'DeleteStack', { StackName });
  return textsOf(events, 'ResourceStatusReason').filter((reason) =>
    reason.includes('AWS::CloudWatch::Alarm'),
  );
}
