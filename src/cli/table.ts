import { stripVTControlCharacters } from 'node:util';
import type { Colors } from './colors.ts';

const GAP = '  ';

/** Rows in columns that are as wide as their widest cell. Cells may be coloured; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, width(cell));
  }
  return rows
    .map((row) => row.map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - width(cell))))
    .map((cells) => `${cells.join(GAP).trimEnd()}\n`)
    .join('');
}

/** The same under titles. */
export function titledTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  colors: Colors,
): string {
  return table([titles.map((title) => colors.bold(title)), ...rows]);
}

function width(cell: string): number {
  return [...new Intl.Segmenter().segment(stripVTControlCharacters(cell))].length;
}
