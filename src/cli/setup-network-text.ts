import type { FoundNetwork } from '../doctor/find-network.ts';
import type { Colors } from './colors.ts';
import { oneLine } from './one-line.ts';
import { titledTable } from './table.ts';

/** What was found and done; `--json` writes it as it is. */
export interface NetworkSetup extends Pick<FoundNetwork, 'vpc' | 'subnets'> {
  /** The stage's parameter file. */
  readonly file: string;
  /** The parameters that it has not yet, or with another value. */
  readonly changes: readonly { readonly name: string; readonly from: string | null; readonly to: string }[];
  /** Whether it was left as it is, for something would have been overwritten. */
  readonly dryRun: boolean;
}

/** A row for each subnet, then one for each parameter that changes. */
export function networkChangesText({ vpc, subnets, changes }: NetworkSetup, colors: Colors): string {
  const found = subnets.map(({ id, wayOut, chosen }) => [
    id,
    wayOut ?? (chosen ? colors.yellow('not checked') : colors.yellow('nothing: it is left out')),
  ]);
  const rows = changes.map(({ name, from, to }) => [
    name,
    from === null ? '-' : colors.red(oneLine(from)),
    colors.green(to),
  ]);
  const list = `${titledTable([vpc, 'LEADS OUT BY'], found, colors)}\n`;
  return rows.length === 0 ? list : `${list}${titledTable(['PARAMETER', 'NOW', 'THEN'], rows, colors)}\n`;
}

/** The last line: what was done, or why not. */
export function networkOutcomeText({ file, changes, dryRun }: NetworkSetup): string {
  if (changes.length === 0) return `${file} says so already.\n`;
  return dryRun ? `${file} was not changed: --yes overwrites what it says.\n` : `${file} was written.\n`;
}
