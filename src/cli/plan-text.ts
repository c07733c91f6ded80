import { Document, isCollection, isPair, visit } from 'yaml';
import type { Colors } from './colors.ts';
import { formatDuration } from './format-duration.ts';
import { oneLine } from './one-line.ts';
import { printable } from './printable.ts';

/** A planned run as far as it is shown; what the function answers is known no closer. */
export type ShownRun = { readonly flowRunId: string; readonly name: string; readonly startTime: string } & (
  | {
      readonly action: 'launch';
      readonly taskDefinition: string;
      readonly definition?: object;
      readonly runTask: Readonly<Record<string, unknown>>;
    }
  | { readonly action: 'fail' | 'cancel'; readonly reason: string }
);

/** What a poll would do, for people: a block for each due flow run. */
export function planText(runs: readonly ShownRun[], nowMs: number, colors: Colors): string {
  const count = `${runs.length === 0 ? 'No' : runs.length} flow ${runs.length === 1 ? 'run is' : 'runs are'} due.\n`;
  return [...runs.map((run) => block(run, nowMs, colors)), count].join('\n');
}

function block(run: ShownRun, nowMs: number, colors: Colors): string {
  const title = `${colors.bold(oneLine(run.name) || '-')} ${colors.dim(oneLine(run.flowRunId))}\n`;
  const start = run.startTime === '' ? {} : { starts: `${run.startTime}, ${distance(run.startTime, nowMs)}` };
  if (run.action !== 'launch') {
    const becomes = run.action === 'fail' ? 'fails' : 'cancelled';
    return title + indented({ ...start, [becomes]: oneLine(run.reason) });
  }
  const { cluster, launchType, networkConfiguration, overrides } = run.runTask;
  const { taskDefinition, definition } = run;
  const fields = { taskDefinition, ...definition, cluster, launchType, networkConfiguration, overrides };
  return title + indented({ ...start, ...fields });
}

function distance(startTime: string, nowMs: number): string {
  const ms = nowMs - Date.parse(startTime);
  return ms < 0 ? `in ${formatDuration(-ms)}` : `${formatDuration(ms)} ago`;
}

/** YAML, in which each innermost list or map takes one line. */
function indented(fields: Readonly<Record<string, unknown>>): string {
  const document = new Document(fields);
  visit(document, {
    Collection: (_, node) => {
      const leaves = node.items.every((item) => !isCollection(isPair(item) ? item.value : item));
      if (node !== document.contents && leaves) node.flow = true;
    },
  });
  return printable(document.toString({ lineWidth: 0 })).replace(/^(?=.)/gm, '  ');
}
