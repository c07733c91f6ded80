import { expect, test } from 'vitest';
import { type PollReport, PollTally } from '../../../src/agent/poll-report.ts';
import { emfLine } from '../../../src/functions/emf.ts';
import { type EndedPoll, pollMetrics } from '../../../src/functions/poll-metrics.ts';

const ended = (report: Partial<PollReport>, change: Partial<EndedPoll> = {}): EndedPoll => ({
  agent: 'agent',
  durationMs: 1200,
  calls: { prefect: { look: 2, claim: 1 }, ecs: { RunTask: 2 } },
  report: { ...new PollTally().report(), ...report },
  isBlocked: false,
  ...change,
});

const run = (lateMs?: number) => ({
  flowRunId: 'id',
  name: 'owl',
  outcome: 'started' as const,
  detail: '',
  ...(lateMs !== undefined && { lateMs }),
});

const valuesOf = (poll: EndedPoll, chosen: 'all' | 'problems' = 'all') =>
  Object.fromEntries(pollMetrics(poll, chosen).map(({ name, value }) => [name, value]));

test('each count of an invocation is a metric, and a launch ahead of its start time is not late', () => {
  const report = {
    polls: 2,
    found: 7,
    claimed: 6,
    started: 3,
    putBack: 2,
    failed: 1,
    recovered: 1,
    runs: [run(1500), run(-75_000), run(), run(250)],
  };
  const calls = { prefect: { look: 2, claim: 1 }, ecs: { RunTask: 2 }, throttles: 4 };
  expect(valuesOf(ended(report, { calls, isBlocked: true }))).toEqual({
    Polls: 2,
    FlowRunsDue: 7,
    FlowRunsClaimed: 6,
    FlowRunsStarted: 3,
    FlowRunsPutBack: 2,
    LaunchesFailed: 1,
    FlowRunsRecovered: 1,
    Throttles: 4,
    LatenessSeconds: [1.5, 0, 0.25],
    PrefectCalls: 3,
    EcsCalls: 2,
    DurationMs: 1200,
    CircuitOpen: 1,
  });
});

test('what is 0 is no metric', () => {
  const calls = { prefect: {}, ecs: {} };
  expect(valuesOf(ended({ polls: 1, runs: [run(-1000)] }, { calls }))).toEqual({
    Polls: 1,
    DurationMs: 1200,
  });
});

test('where only problems are asked for, an invocation without any has no metric', () => {
  const well = { polls: 2, found: 3, claimed: 3, started: 3, runs: [run(-1000)] };
  expect(valuesOf(ended(well), 'problems')).toEqual({});
  expect(valuesOf(ended({ ...well, putBack: 1, runs: [run(1500)] }), 'problems')).toEqual({
    FlowRunsPutBack: 1,
    LatenessSeconds: [1.5],
  });
});

test('of more launches than CloudWatch takes, a hundred stand for all, the latest among them', () => {
  const runs = Array.from({ length: 200 }, (_, i) => run((199 - i) * 1000));
  const { LatenessSeconds: values } = valuesOf(ended({ runs }));
  expect(values).toHaveLength(100);
  expect(values).toContain(199);
  expect((values as number[])[50]).toBeCloseTo(100, -1);
});

test('a line in the embedded metric format names its metrics, their units and their dimension', () => {
  const line = emfLine(
    [
      { name: 'Polls', unit: 'Count', value: 2 },
      { name: 'LatenessSeconds', unit: 'Seconds', value: [1.5, 0] },
    ],
    {
      namespace: 'ServerlessPrefectAgent',
      dimensions: { FunctionName: 'poll' },
      properties: { agent: 'a' },
      atMs: 5,
    },
  );
  expect(JSON.parse(line)).toEqual({
    _aws: {
      Timestamp: 5,
      CloudWatchMetrics: [
        {
          Namespace: 'ServerlessPrefectAgent',
          Dimensions: [['FunctionName']],
          Metrics: [
            { Name: 'Polls', Unit: 'Count' },
            { Name: 'LatenessSeconds', Unit: 'Seconds' },
          ],
        },
      ],
    },
    agent: 'a',
    FunctionName: 'poll',
    Polls: 2,
    LatenessSeconds: [1.5, 0],
  });
  expect(line).not.toContain('\n');
});
