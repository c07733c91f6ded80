import type { PollReport } from '../agent/poll-report.ts';
import type { CallCounts, TakenCalls } from '../call-counter.ts';
import type { Metric } from './emf.ts';
import type { Settings } from '../settings/settings.ts';

/** What an invocation did and what it cost, whether it failed or not. */
export interface EndedPoll {
  readonly agent: string;
  readonly durationMs: number;
  readonly calls: TakenCalls;
  readonly report: PollReport;
  /** Whether nothing can be launched. */
  readonly isBlocked: boolean;
}

/** CloudWatch takes no more values of a metric at once. */
const MAX_VALUES = 100;

/** What says that something is not as it should be. */
const PROBLEMS: ReadonlySet<string> = new Set([
  'FlowRunsPutBack',
  'LaunchesFailed',
  'FlowRunsRecovered',
  'Throttles',
  'LatenessSeconds',
  'CircuitOpen',
]);

/** The metrics of an invocation. None is 0: each that is sent is billed for the hour. */
export function pollMetrics(ended: EndedPoll, chosen: Settings['metrics']): readonly Metric[] {
  return allMetrics(ended).filter(
    ({ name, value }) => (chosen === 'all' || PROBLEMS.has(name)) && [value].flat().some((one) => one !== 0),
  );
}

function allMetrics({ report, calls, durationMs, isBlocked }: EndedPoll): readonly Metric[] {
  const { polls, found, claimed, started, putBack, failed, recovered = 0, runs } = report;
  const lateness = runs.flatMap(({ lateMs }) => (lateMs === undefined ? [] : [Math.max(0, lateMs / 1000)]));
  return [
    count('Polls', polls),
    count('FlowRunsDue', found),
    count('FlowRunsClaimed', claimed),
    count('FlowRunsStarted', started),
    count('FlowRunsPutBack', putBack),
    count('LaunchesFailed', failed),
    count('FlowRunsRecovered', recovered),
    count('Throttles', calls.throttles ?? 0),
    { name: 'LatenessSeconds', unit: 'Seconds', value: sample(lateness) },
    count('PrefectCalls', sum(calls.prefect)),
    count('EcsCalls', sum(calls.ecs)),
    { name: 'DurationMs', unit: 'Milliseconds', value: durationMs },
    count('CircuitOpen', isBlocked ? 1 : 0),
  ];
}

/** As many values as may be sent, with the same quantiles; the least and the greatest are among them. */
function sample(values: readonly number[]): readonly number[] {
  if (values.length <= MAX_VALUES) return values;
  const sorted = values.toSorted((a, b) => a - b);
  const step = (sorted.length - 1) / (MAX_VALUES - 1);
  return Array.from({ length: MAX_VALUES }, (_, i) => sorted[Math.round(i * step)] ?? 0);
}

function count(name: string, value: number): Metric {
  return { name, unit: 'Count', value };
}

function sum(counts: CallCounts): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}
