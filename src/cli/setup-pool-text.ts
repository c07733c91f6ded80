import type { TemplateChange } from '../prefect3/merge-template.ts';
import type { Colors } from './colors.ts';
import { oneLine } from './one-line.ts';
import { titledTable } from './table.ts';

/** What was found and done; `--json` writes it as it is. */
export interface PoolSetup {
  readonly workPool: string;
  readonly action: 'create' | 'update' | 'none';
  /** Whether it was only looked at. */
  readonly dryRun: boolean;
  readonly changes: readonly TemplateChange[];
}

/** A row for each value that the settings change, then how many parts of the template are added. */
export function poolChangesText(
  { action, changes }: Pick<PoolSetup, 'action' | 'changes'>,
  colors: Colors,
): string {
  const rows = changes
    .filter(({ isSetting }) => isSetting)
    .map(({ name, from, to }) => [oneLine(name), colors.red(shown(from)), colors.green(shown(to))]);
  const list = rows.length === 0 ? '' : titledTable(['VARIABLE', 'NOW', 'THEN'], rows, colors);
  const added = changes.length - rows.length;
  // A new pool gets all of them.
  if (action !== 'update' || added === 0) return list;
  return `${list}${added} ${added === 1 ? 'part' : 'parts'} of the template, which the pool lacks, ${added === 1 ? 'is' : 'are'} added.\n`;
}

/** The last line: what was done, or why not. */
export function poolOutcomeText({ workPool, action, dryRun }: PoolSetup): string {
  const pool = `Work pool ${JSON.stringify(workPool)}`;
  if (action === 'none') return `${pool} is as it should be.\n`;
  if (!dryRun) return `${pool} was ${action}d.\n`;
  return `${pool} would be ${action}d. Nothing was changed: --yes ${action}s it.\n`;
}

/** Whole, however long: people are asked whether it is to be written. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return '-';
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}
