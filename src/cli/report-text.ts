import type { PollReport, RunOutcome, RunReport } from '../agent/poll-report.ts';
import type { Colors } from './colors.ts';
import { punctuality, shortTask } from './launch-text.ts';
import { oneLine } from './one-line.ts';
import { titledTable } from './table.ts';

const TITLES = ['FLOW RUN', 'ID', 'OUTCOME', 'LAUNCHED', 'DETAIL'];

const PAINT: Readonly<Record<RunOutcome, (colors: Colors, text: string) => string>> = {
  started: (colors, text) => colors.green(text),
  'put-back': (colors, text) => colors.yellow(text),
  left: (colors, text) => colors.yellow(text),
  failed: (colors, text) => colors.red(text),
  cancelled: (colors, text) => colors.red(text),
  lost: (colors, text) => colors.dim(text),
  unknown: (colors, text) => colors.red(text),
};

/** What a batch of polls did, for people: a row for each flow run, then the sums. */
export function reportText(report: PollReport, colors: Colors): string {
  const { runs } = report;
  const rows = runs.map((run) => row(run, colors));
  const { started, putBack, left, failed, cancelled, lost, unknown } = report;
  const settled = started + putBack + left + failed + cancelled + lost + unknown;
  const more = settled > runs.length ? `and ${settled - runs.length} more\n` : '';
  const list = runs.length === 0 ? '' : `${titledTable(TITLES, rows, colors)}${more}\n`;
  const limit = report.overLimit === undefined ? '' : `${oneLine(report.overLimit)}\n`;
  return `${list}${sums(report)}\n${limit}`;
}

function row({ flowRunId, name, outcome, lateMs, detail }: RunReport, colors: Colors): string[] {
  return [
    oneLine(name) || '-',
    oneLine(flowRunId),
    PAINT[outcome](colors, outcome),
    punctuality(lateMs),
    shortTask(oneLine(detail)),
  ];
}

function sums(report: PollReport): string {
  const { polls, failedPolls, found, claimed } = report;
  const outcomes = [
    [report.started, 'started'],
    [report.putBack, 'put back'],
    [report.left, 'left in the queue'],
    [report.failed, 'failed'],
    [report.cancelled, 'cancelled'],
    [report.lost, 'lost to another agent'],
    [report.unknown, 'unknown'],
    [report.recovered ?? 0, 'recovered by the sweep'],
  ] as const;
  const told = outcomes.filter(([count]) => count > 0).map(([count, what]) => `, ${count} ${what}`);
  const failures = failedPolls > 0 ? ` (${failedPolls} failed)` : '';
  const times = `${polls} ${polls === 1 ? 'poll' : 'polls'}${failures}`;
  if (found === 0) return `${times}: no flow run was due${told.join('')}.`;
  return `${times}: ${found} found, ${claimed} claimed${told.join('')}.`;
}
