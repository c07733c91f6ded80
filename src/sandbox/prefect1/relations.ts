import type { TableName, Tables } from './tables.ts';

/** A row as the query engine reads it: columns by name. */
export type Row = Readonly<Record<string, unknown>>;

/** `one`: this row's `key` is the other's id. `many`: the others' `key` is this row's id. */
interface Relation {
  readonly kind: 'one' | 'many';
  readonly to: TableName;
  readonly key: string;
}

const relations: Readonly<Record<string, Readonly<Record<string, Relation>>>> = {
  flow_run: {
    flow: { kind: 'one', to: 'flow', key: 'flow_id' },
    agent: { kind: 'one', to: 'agent', key: 'agent_id' },
    task_runs: { kind: 'many', to: 'task_run', key: 'flow_run_id' },
  },
  task_run: {
    task: { kind: 'one', to: 'task', key: 'task_id' },
  },
  flow: { project: { kind: 'one', to: 'project', key: 'project_id' } },
};

/** The relation that `field` of `table` names; undefined when it is a column. */
export function relationOf(table: string, field: string): Relation | undefined {
  return relations[table]?.[field];
}

/** The rows that `relation` leads to from `row`; at most one for `one`. */
export function relatedRows(tables: Tables, relation: Relation, row: Row): readonly Row[] {
  const target: ReadonlyMap<string, Row> = tables[relation.to];
  if (relation.kind === 'many') {
    return [...target.values()].filter((other) => other[relation.key] === row.id);
  }
  const other = target.get(String(row[relation.key]));
  return other === undefined ? [] : [other];
}
