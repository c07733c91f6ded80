import type { ControlView } from '../status/control-view.ts';
import type { Caps } from '../status/deployed-function.ts';
import type { Status } from '../status/read-status.ts';
import type { PollRow, RecentPolls, RunRow } from '../status/recent-polls.ts';
import type { Colors } from './colors.ts';
import { formatDuration } from './format-duration.ts';
import { punctuality, shortTask } from './launch-text.ts';
import { oneLine } from './one-line.ts';
import { table, titledTable } from './table.ts';

/** What the agent did lately, for people: its state, then its polls, launches and failures, the newest first. */
export function statusText(status: Status, nowMs: number, colors: Colors): string {
  const sections = [
    table(stateRows(status, nowMs, colors)),
    ...(status.recent === null ? [] : recentSections(status.recent, nowMs, colors)),
    unreadText(status.unread, colors),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

function stateRows(status: Status, nowMs: number, colors: Colors): string[][] {
  const { health, control, caps } = status;
  const rows: [string, string][] = [['Function', oneLine(status.function)]];
  if (health !== null) {
    const text = health.healthy ? colors.green('healthy') : colors.red('unhealthy');
    rows.push(['Health', health.reason === null ? text : `${text}: ${oneLine(health.reason)}`]);
  }
  if (control !== null) {
    const { paused, lastPoll, lastSuccess, notBefore } = control;
    rows.push(['Last poll', moment(lastPoll, nowMs)], ['Last success', moment(lastSuccess, nowMs)]);
    if (paused !== null) {
      const why = paused.reason === null ? '' : `: ${oneLine(paused.reason)}`;
      rows.push(['Paused', colors.yellow(`since ${moment(paused.since, nowMs)}${why}`)]);
    }
    if (notBefore !== null) rows.push(['Left alone', colors.yellow(`until ${notBefore}, as Prefect asked`)]);
    rows.push(['Circuit', circuitText(control, nowMs, colors)]);
  }
  if (caps !== null) rows.push(['Caps', capsText(caps)]);
  return rows.map(([name, text]) => [colors.bold(name), text]);
}

function circuitText({ circuit, stops }: ControlView, nowMs: number, colors: Colors): string {
  // Health too tells first of what can't be launched.
  if (stops !== null && (circuit?.opened ?? null) === null) {
    const { count, reason, since } = stops;
    const what = `${count} tasks in a row stopped for a reason that lies in the account`;
    return colors.red(`open, ${what} since ${moment(since, nowMs)}: ${oneLine(reason)}`);
  }
  if (circuit === null) return 'closed';
  const { failures, opened } = circuit;
  const reason = oneLine(circuit.reason);
  const times = `${failures} ${failures === 1 ? 'invocation' : 'invocations'} in a row could launch nothing`;
  if (opened === null) return colors.yellow(`closed, but ${times}: ${reason}`);
  return colors.red(`open since ${moment(opened, nowMs)}, ${times}: ${reason}`);
}

function capsText(caps: Caps): string {
  const parts = [
    [caps.maxLaunches, 'launches an invocation'],
    [caps.maxTasksInFlight, 'tasks in flight'],
    [caps.launchesPerSecond, 'launches a second'],
    [caps.maxLatenessSeconds, 's late at most'],
  ] as const;
  const set = parts.filter(([value]) => value !== null).map(([value, what]) => `${value} ${what}`);
  return set.length === 0 ? 'none set' : set.join(', ');
}

function recentSections(recent: RecentPolls, nowMs: number, colors: Colors): string[] {
  const { count, failedCount, startedCount, polls, launches, failures } = recent;
  const sums = `${count} ${count === 1 ? 'poll' : 'polls'} with an end in the log, ${failedCount} failed; ${startedCount} flow runs started.\n`;
  return [
    sums,
    section(
      'POLLS',
      ['AGO', 'FOUND', 'CLAIMED', 'STARTED', 'PUT BACK', 'LEFT', 'FAILED', 'NOTE'],
      polls,
      (poll) => pollCells(poll, nowMs, colors),
      colors,
    ),
    section(
      'LAUNCHES',
      ['AGO', 'FLOW RUN', 'ID', 'LAUNCHED', 'TASK'],
      launches,
      (run) => [...runCells(run, nowMs), punctuality(run.lateMs), shortTask(oneLine(run.detail))],
      colors,
    ),
    section(
      'FAILURES',
      ['AGO', 'FLOW RUN', 'ID', 'OUTCOME', 'REASON'],
      failures,
      (run) => [
        ...runCells(run, nowMs),
        run.outcome === 'failed' ? colors.red(run.outcome) : colors.yellow(run.outcome),
        oneLine(run.detail),
      ],
      colors,
    ),
  ];
}

function section<Row>(
  title: string,
  columns: readonly string[],
  rows: readonly Row[],
  cells: (row: Row) => readonly string[],
  colors: Colors,
): string {
  if (rows.length === 0) return '';
  return `${colors.bold(title)}\n${titledTable(columns, rows.map(cells), colors)}`;
}

function pollCells(poll: PollRow, nowMs: number, colors: Colors): string[] {
  const { at, failure, found, claimed, started, putBack, left, failed, limits } = poll;
  const counts = [found, claimed, started, putBack, left, failed].map(String);
  const note = failure === null ? limits.map(oneLine).join(' ') : colors.red(oneLine(failure));
  return [ago(at, nowMs), ...counts, note];
}

function runCells({ at, name, flowRunId }: RunRow, nowMs: number): string[] {
  return [ago(at, nowMs), oneLine(name) || '-', oneLine(flowRunId)];
}

function unreadText(unread: readonly string[], colors: Colors): string {
  return unread.map((text) => `${colors.yellow('not read:')} ${oneLine(text)}\n`).join('');
}

function moment(at: string | null, nowMs: number): string {
  return at === null ? 'never' : `${at}, ${ago(at, nowMs)} ago`;
}

function ago(at: string, nowMs: number): string {
  return formatDuration(nowMs - Date.parse(at));
}
