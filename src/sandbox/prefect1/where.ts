import { isDeepStrictEqual } from 'node:util';
import { jsonContains } from './json-contains.ts';
import { relatedRows, relationOf } from './relations.ts';
import type { Row } from './relations.ts';
import type { Tables } from './tables.ts';

/** SQL's three values: a comparison with null is neither true nor false. */
type Truth = boolean | undefined;

type Comparison = (value: unknown, operand: unknown) => boolean;

type Condition = Readonly<Record<string, unknown>>;

// Both sides compare as they are: the scalars have made instants and ids canonical strings.
const comparisons: Readonly<Record<string, Comparison>> = {
  _eq: isDeepStrictEqual,
  _neq: (value, operand) => !isDeepStrictEqual(value, operand),
  _in: isIn,
  _nin: (value, operand) => !isIn(value, operand),
  _gt: (value, operand) => compare(value, operand) > 0,
  _gte: (value, operand) => compare(value, operand) >= 0,
  _lt: (value, operand) => compare(value, operand) < 0,
  _lte: (value, operand) => compare(value, operand) <= 0,
  _like: (value, operand) => likePattern(operand, '').test(String(value)),
  _ilike: (value, operand) => likePattern(operand, 'i').test(String(value)),
  _contains: jsonContains,
  _contained_in: (value, operand) => jsonContains(operand, value),
  _has_key: (value, operand) =>
    Array.isArray(value) ? value.includes(operand) : Object.hasOwn(Object(value) as object, String(operand)),
};

/** Whether Hasura's `where` (a `bool_exp` of `table`) selects `row`. */
export function matches(tables: Tables, table: string, row: Row, where: unknown): boolean {
  return evaluate(tables, table, row, where) === true;
}

/** Less than 0 when `left` comes first, 0 when they are equal. */
export function compare(left: unknown, right: unknown): number {
  const [a, b] = [left, right] as [string, string];
  return a < b ? -1 : a > b ? 1 : 0;
}

function evaluate(tables: Tables, table: string, row: Row, where: unknown): Truth {
  return every(columnsFirst(table, where as Condition), ([key, operand]) => {
    // Hasura 1 takes a null operand, at any level, for no condition at all.
    if (operand === null) return true;
    if (key === '_not') return negate(evaluate(tables, table, row, operand));
    if (key === '_and') return every(operand as Condition[], (part) => evaluate(tables, table, row, part));
    if (key === '_or') {
      // De Morgan keeps the three values right.
      return negate(every(operand as Condition[], (part) => negate(evaluate(tables, table, row, part))));
    }
    const relation = relationOf(table, key);
    if (relation !== undefined) {
      return relatedRows(tables, relation, row).some((other) => matches(tables, relation.to, other, operand));
    }
    return every(Object.entries(operand as Condition), ([operator, value]) =>
      compareColumn(row[key], operator, value),
    );
  });
}

/** A column costs nothing to look at, and often spares the search through another table. */
function columnsFirst(table: string, where: Condition): readonly (readonly [string, unknown])[] {
  const isColumn = (key: string): boolean => !key.startsWith('_') && relationOf(table, key) === undefined;
  return Object.entries(where).sort(([a], [b]) => Number(isColumn(b)) - Number(isColumn(a)));
}

function compareColumn(value: unknown, operator: string, operand: unknown): Truth {
  if (operand === null) return true;
  if (operator === '_is_null') return (value === null) === operand;
  if (value === null) return undefined;
  return comparisons[operator]?.(value, operand);
}

function every<Item>(items: readonly Item[], test: (item: Item) => Truth): Truth {
  let result: Truth = true;
  for (const item of items) {
    const truth = test(item);
    if (truth === false) return false;
    if (truth === undefined) result = undefined;
  }
  return result;
}

function negate(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

function isIn(value: unknown, operand: unknown): boolean {
  return (operand as unknown[]).some((item) => isDeepStrictEqual(value, item));
}

/** SQL's LIKE: `%` stands for any characters, `_` for one. */
function likePattern(pattern: unknown, flags: string): RegExp {
  const literal = String(pattern).replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll('%', '.*').replaceAll('_', '.')}$`, `${flags}s`);
}
