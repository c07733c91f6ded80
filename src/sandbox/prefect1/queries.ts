import { GraphQLError } from 'graphql';
import { selectFrom } from './select.ts';
import type { SelectArguments } from './select.ts';
import type { Store } from './store.ts';
import type { TableName } from './tables.ts';

/** The resolvers of `Query`. */
export function createQueries(store: Store, flavour: 'server' | 'cloud') {
  const { tables } = store;
  const list = (table: TableName) => (parts: SelectArguments) => selectFrom(tables, table, parts);
  return {
    hello: '👋',
    agent_config: list('agent_config'),
    flow_run: list('flow_run'),
    flow_run_by_pk: ({ id }: { readonly id: string }) => tables.flow_run.get(id) ?? null,
    task_run: list('task_run'),
    tenant: list('tenant'),
    auth_info: () => {
      if (flavour === 'server') {
        throw new GraphQLError('Cannot query field "auth_info": Prefect Server has none.');
      }
      const [tenant] = tables.tenant.values();
      return { tenant_id: tenant?.id ?? null };
    },
  };
}
