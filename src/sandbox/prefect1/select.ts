import { GraphQLError } from 'graphql';
import type { Row } from './relations.ts';
import type { TableName, Tables } from './tables.ts';
import { compare, matches } from './where.ts';

/** What a list of rows can be asked for. Null and absent mean the same. */
export interface SelectArguments {
  readonly where?: object | null;
  readonly order_by?: readonly object[] | null;
  readonly limit?: number | null;
}

/**
 * Those of `table` that `where` selects, in order, cut by `limit`.
 * @throws GraphQLError when `limit` is negative.
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
  { where, order_by: orderBy, limit }: SelectArguments,
): readonly Row[] {
  if ((limit ?? 0) < 0) throw new GraphQLError('unexpected negative value');
  const columns = (orderBy ?? []).flatMap((part) => Object.keys(part));
  return [...rows]
    .filter((row) => matches(tables, table, row, where ?? {}))
    .sort((left, right) => compareBy(columns, left, right))
    .slice(0, limit ?? undefined);
}

/** Ascending, by one column after the other. PostgreSQL holds null for the greatest value. */
function compareBy(columns: readonly string[], left: Row, right: Row): number {
  for (const column of columns) {
    const [a, b] = [left[column] ?? null, right[column] ?? null];
    const result = a === null || b === null ? Number(a === null) - Number(b === null) : compare(a, b);
    if (result !== 0) return result;
  }
  return 0;
}
