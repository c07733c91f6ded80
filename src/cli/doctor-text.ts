import type { CheckResult } from '../doctor/run-checks.ts';
import type { Colors } from './colors.ts';
import { oneLine } from './one-line.ts';
import { table } from './table.ts';

type Status = CheckResult['status'];

const SHOWN: Readonly<Record<Status, (colors: Colors) => string>> = {
  ok: (colors) => colors.green('ok'),
  warning: (colors) => colors.yellow('warning'),
  failed: (colors) => colors.red('failed'),
  unknown: (colors) => colors.dim('not checked'),
};

/** A row for each check, below it what to do; then the sums. */
export function doctorText(results: readonly CheckResult[], colors: Colors): string {
  const rows = results.flatMap(({ name, status, detail, todo }) => {
    const row = [SHOWN[status](colors), name, oneLine(detail)];
    return todo === undefined ? [row] : [row, ['', '', `${colors.bold('→')} ${oneLine(todo)}`]];
  });
  const count = (status: Status) => results.filter((result) => result.status === status).length;
  const sums = [
    `${results.length} checks: ${count('ok')} ok`,
    `${count('warning')} warnings`,
    `${count('failed')} failed`,
    `${count('unknown')} not checked.`,
  ];
  return `${table(rows)}\n${sums.join(', ')}\n`;
}
