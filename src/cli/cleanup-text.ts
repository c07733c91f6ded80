import type { Colors } from './colors.ts';
import { titledTable } from './table.ts';

/** What was found and done; `--json` writes it as it is. */
export interface CleanupReport {
  readonly region: string;
  readonly unusedDays: number;
  readonly dryRun: boolean;
  /** Whether there are more families than were read. */
  readonly isCut: boolean;
  readonly families: readonly CleanedFamily[];
}

/** A family of task definitions, and what became of it or would. */
export interface CleanedFamily {
  readonly family: string;
  /** Those that were active. */
  readonly revisions: readonly number[];
  /** UTC date, YYYY-MM-DD; null: it has no active revision. */
  readonly lastUsed: string | null;
  /** `deregister`: it is unused, and still registered. */
  readonly action: 'keep' | 'deregister' | 'deregistered';
  /** Why it is kept. */
  readonly reason?: string;
}

const TITLES = ['FAMILY', 'REVISIONS', 'LAST USED', 'OUTCOME'];
const MAX_SHOWN_REVISIONS = 3;

/** A row for each family, then the sums. */
export function cleanupText(report: CleanupReport, colors: Colors): string {
  const { families, isCut } = report;
  const rows = families.map((family) => [
    family.family,
    revisionsText(family.revisions),
    family.lastUsed ?? '-',
    outcomeText(family, report, colors),
  ]);
  const list = rows.length === 0 ? '' : `${titledTable(TITLES, rows, colors)}\n`;
  const cut = isCut ? `There are more: only the first ${families.length} families were read.\n` : '';
  return `${list}${cut}${sums(report)}\n`;
}

function revisionsText(revisions: readonly number[]): string {
  if (revisions.length > MAX_SHOWN_REVISIONS) return `${revisions.length} revisions`;
  return revisions.join(', ') || '-';
}

function outcomeText({ action, reason }: CleanedFamily, { dryRun }: CleanupReport, colors: Colors): string {
  if (action === 'keep') return colors.dim(`kept: ${reason ?? ''}`);
  if (action === 'deregistered') return colors.green('deregistered');
  return colors.yellow(dryRun ? 'would be deregistered' : 'still to be deregistered');
}

function sums({ families, region, unusedDays, dryRun }: CleanupReport): string {
  const count = (action: CleanedFamily['action']) =>
    families.filter((family) => family.action === action).length;
  const all = `${families.length} ${families.length === 1 ? 'family' : 'families'} in ${region}`;
  if (dryRun) {
    const found = `${all}, ${count('deregister')} unused for ${unusedDays} days or more.`;
    return count('deregister') > 0 ? `${found} Nothing was changed: --yes deregisters them.` : found;
  }
  const left = count('deregister') > 0 ? `, ${count('deregister')} still to be deregistered` : '';
  return `${all}, ${count('deregistered')} deregistered${left}.`;
}
