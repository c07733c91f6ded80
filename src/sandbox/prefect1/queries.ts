import { GraphQLError } from 'graphql';
import { selectFrom } from './select.ts';
import type { SelectArguments } from './select.ts';
import type { Store } from './store.ts';
import type { TableName, TaskRun } from './tables.ts';

interface ById {
  readonly id: string;
}

/** The resolvers of `Query`. */
export function createQueries(store: Store, flavour: 'server' | 'cloud') {
  const { tables } = store;
  const list = (table: TableName) => (parts: SelectArguments) => selectFrom(tables, table, parts);
  const cloudOnly = (field: string): void => {
    if (flavour === 'cloud') return;
    throw new GraphQLError(`Cannot query field "${field}": Prefect Server has none.`);
  };
  return {
    hello: '👋',
    agent: list('agent'),
    agent_config: list('agent_config'),
    flow: list('flow'),
    flow_by_pk: ({ id }: ById) => tables.flow.get(id) ?? null,
    flow_run: list('flow_run'),
    flow_run_by_pk: ({ id }: ById) => tables.flow_run.get(id) ?? null,
    project: list('project'),
    task: list('task'),
    task_run: list('task_run'),
    tenant: list('tenant'),
    get_task_run_info: ({ task_run_id: id }: { task_run_id: string }): TaskRun => {
      const run = tables.task_run.get(id);
      if (run === undefined) throw new GraphQLError('Invalid task run ID');
      return run;
    },
    auth_info: () => {
      cloudOnly('auth_info');
      const [tenant] = tables.tenant.values();
      return { tenant_id: tenant?.id ?? null };
    },
    secret_names: () => {
      cloudOnly('secret_names');
      return [...store.secrets.keys()];
    },
    secret_value: ({ name }: { name: string }) => {
      cloudOnly('secret_value');
      if (!store.secrets.has(name)) throw new GraphQLError('No value found for the requested key');
      return store.secrets.get(name);
    },
  };
}
