import { GraphQLError } from 'graphql';
import { relatedRows, relationOf } from './relations.ts';
import type { Row } from './relations.ts';
import type { TableName, Tables } from './tables.ts';
import { compare, matches } from './where.ts';

/** What every list of rows can be asked for. Null and absent mean the same. */
export interface SelectArguments {
  readonly where?: object | null;
  readonly order_by?: readonly object[] | null;
  readonly limit?: number | null;
  readonly offset?: number | null;
}

/**
 * Those of `table` that `where` selects, in order, cut by `offset` and `limit`.
 * @throws GraphQLError when `limit` or `offset` is negative.
 */
export function selectFrom(tables: Tables, table: TableName, parts: SelectArguments): readonly Row[] {
  return select(tables, table, withIds(tables[table], parts.where) ?? tables[table].values(), parts);
}

/** The rows whose ids `where` lists: looking through all of a large table takes longer than the rest. */
function withIds(
  rows: ReadonlyMap<string, Row>,
  where: SelectArguments['where'],
): readonly Row[] | undefined {
  const { id } = (where ?? {}) as { id?: { _in?: readonly string[] | null } | null };
  if (id?._in == null) return undefined;
  return [...new Set(id._in)].map((each) => rows.get(each)).filter((row) => row !== undefined);
}

/** As `selectFrom`, of some rows of the table. */
export function select(
  tables: Tables,
  table: TableName,
  rows: Iterable<Row>,
  { where, order_by: orderBy, limit, offset }: SelectArguments,
): readonly Row[] {
  if ((limit ?? 0) < 0 || (offset ?? 0) < 0) throw new GraphQLError('unexpected negative value');
  const found = [...rows].filter((row) => matches(tables, table, row, where ?? {}));
  found.sort((left, right) => compareBy(tables, table, orderBy ?? [], left, right));
  const start = offset ?? 0;
  return found.slice(start, start + (limit ?? found.length));
}

function compareBy(
  tables: Tables,
  table: string,
  orderBy: readonly object[],
  left: Row | undefined,
  right: Row | undefined,
): number {
  for (const [key, direction] of orderBy.flatMap((part) => Object.entries(part))) {
    const relation = relationOf(table, key);
    const result =
      relation === undefined
        ? compareColumn(String(direction), left?.[key] ?? null, right?.[key] ?? null)
        : compareBy(
            tables,
            relation.to,
            [direction as object],
            left && relatedRows(tables, relation, left)[0],
            right && relatedRows(tables, relation, right)[0],
          );
    if (result !== 0) return result;
  }
  return 0;
}

function compareColumn(direction: string, left: unknown, right: unknown): number {
  const descending = direction.startsWith('desc');
  if (left === null || right === null) {
    // PostgreSQL holds null for the greatest value, unless told where to put it.
    const nullsFirst = direction.endsWith('_nulls_first') || direction === 'desc';
    return (Number(left === null) - Number(right === null)) * (nullsFirst ? -1 : 1);
  }
  return compare(left, right) * (descending ? -1 : 1);
}
