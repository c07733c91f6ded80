import { table } from '../../src/cli/table.ts';

interface Target {
  readonly what: string;
  readonly measured: number;
  readonly atMost: number;
}

/** Says of each target whether it was met. */
export function targets(title: string, all: readonly Target[]): string {
  const rows = all.map(({ what, measured, atMost }) => [
    what,
    `${Number(atMost.toFixed(2))}`,
    `${Number(measured.toFixed(2))}`,
    measured <= atMost ? 'met' : 'MISSED',
  ]);
  return table([[title, 'AT MOST', 'MEASURED', ''], ...rows]);
}
