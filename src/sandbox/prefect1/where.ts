import { isDeepStrictEqual } from 'node:util';
import { jsonContains } from './json-contains.ts';
import { relatedRows, relationOf } from './relations.ts';
import type { Row } from './relations.ts';
import type { Tables } from './tables.ts';

type Comparison = (value: unknown, operand: unknown) => boolean;

type Condition = Readonly<Record<string, unknown>>;

// Both sides compare as they are: the scalars have made instants and ids canonical strings.
const comparisons: Readonly<Record<string, Comparison>> = {
  _eq: isDeepStrictEqual,
  _in: isIn,
  _nin: (value, operand) => !isIn(value, operand),
  _gte: (value, operand) => compare(value, operand) >= 0,
  _lte: (value, operand) => compare(value, operand) <= 0,
  _contains: jsonContains,
  _contained_in: (value, operand) => jsonContains(operand, value),
};

/** Less than 0 when `left` comes first, 0 when they are equal. */
export function compare(left: unknown, right: unknown): number {
  const [a, b] = [left, right] as [string, string];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether Hasura's `where` (a `bool_exp` of `table`) selects `row`. */
export function matches(tables: Tables, table: string, row: Row, where: unknown): boolean {
  return columnsFirst(table, where as Condition).every(([key, operand]) => {
    // Hasura 1 takes a null operand, at any level, for no condition at all.
    if (operand === null) return true;
    if (key === '_or') return (operand as Condition[]).some((part) => matches(tables, table, row, part));
    const relation = relationOf(table, key);
    if (relation !== undefined) {
      return relatedRows(tables, relation, row).some((other) => matches(tables, relation.to, other, operand));
    }
    return Object.entries(operand as Condition).every(([operator, value]) =>
      compareColumn(row[key], operator, value),
    );
  });
}

/** A column costs nothing to look at, and often spares the search through another table. */
function columnsFirst(table: string, where: Condition): readonly (readonly [string, unknown])[] {
  const isColumn = (key: string): boolean => key !== '_or' && relationOf(table, key) === undefined;
  return Object.entries(where).sort(([a], [b]) => Number(isColumn(b)) - Number(isColumn(a)));
}

/** In SQL no comparison with null is true, whatever the operator. */
function compareColumn(value: unknown, operator: string, operand: unknown): boolean {
  return operand === null || (value !== null && comparisons[operator]?.(value, operand) === true);
}

function isIn(value: unknown, operand: unknown): boolean {
  return (operand as unknown[]).some((item) => isDeepStrictEqual(value, item));
}
