import type { TadaDocumentNode } from 'gql.tada';
import * as z from 'zod/mini';
import type { ReadOperation } from './client.ts';
import { graphql } from './graphql.ts';

/** Names an operation. `answer` takes what the document asks for, as far as it is used. */
export function operation<Read, Data extends Read, Variables>(
  name: string,
  resend: ReadOperation<Read, Variables>['resend'],
  document: TadaDocumentNode<Data, Variables>,
  answer: z.ZodMiniType<Read>,
): ReadOperation<Read, Variables> {
  return { name, resend, document, answer };
}

const anything = z.looseObject({});
const ids = z.object({ id: z.string() });

/** Rows of `flow_run` or `task_run` with their states. */
const stateRows = z.array(
  z.object({
    id: z.string(),
    version: z.number(),
    state: z.nullable(z.string()),
    serialized_state: z.unknown(),
  }),
);

export const TENANT = operation(
  'tenant',
  'always',
  graphql('query { tenant { id } }'),
  z.object({ tenant: z.array(ids) }),
);

export const AUTH_INFO = operation(
  'auth_info',
  'always',
  graphql('query { auth_info { tenant_id } }'),
  z.object({ auth_info: z.nullable(z.object({ tenant_id: z.nullable(z.string()) })) }),
);

/** Sent twice it registers once: the server finds the agent by type, name, version and labels. */
export const REGISTER_AGENT = operation(
  'register_agent',
  'always',
  graphql('mutation ($input: register_agent_input!) { register_agent(input: $input) { id } }'),
  z.object({ register_agent: z.nullable(z.object({ id: z.nullable(z.string()) })) }),
);

export const HELLO = operation('hello', 'always', graphql('query { hello }'), anything);

export const AGENT_CONFIG = operation(
  'agent_config',
  'always',
  graphql('query ($id: uuid!) { agent_config(where: { id: { _eq: $id } }, limit: 1) { settings } }'),
  z.object({ agent_config: z.array(anything) }),
);

/** A mutation by name only: it changes nothing but when the agent was last seen. */
export const GET_RUNS_IN_QUEUE = operation(
  'get_runs_in_queue',
  'always',
  graphql(`
    mutation ($input: get_runs_in_queue_input!) {
      get_runs_in_queue(input: $input) {
        flow_run_ids
      }
    }
  `),
  z.object({ get_runs_in_queue: z.nullable(z.object({ flow_run_ids: z.nullable(z.array(z.string())) })) }),
);

/** Due runs beyond the 25 that the queue shows; the server's own rules for labels are applied afterwards. */
export const QUEUED_BEYOND = operation(
  'flow_run (beyond the queue)',
  'always',
  graphql(`
    query ($tenantId: uuid!, $before: timestamptz!, $except: [uuid!]!, $labels: jsonb!) {
      flow_run(
        where: {
          tenant_id: { _eq: $tenantId }
          state: { _eq: "Scheduled" }
          state_start_time: { _lte: $before }
          labels: { _contained_in: $labels }
          id: { _nin: $except }
        }
        order_by: [{ state_start_time: asc }]
        limit: 25
      ) {
        id
        labels
      }
    }
  `),
  z.object({ flow_run: z.array(z.object({ id: z.string(), labels: z.unknown() })) }),
);

export const FLOW_RUNS = operation(
  'flow_run',
  'always',
  graphql(`
    query ($ids: [uuid!]!, $taskRunsBefore: timestamptz!) {
      flow_run(
        where: {
          id: { _in: $ids }
          _or: [
            { state: { _eq: "Scheduled" } }
            { state: { _eq: "Running" }, task_runs: { state_start_time: { _lte: $taskRunsBefore } } }
          ]
        }
      ) {
        id
        version
        state
        serialized_state
        parameters
        scheduled_start_time
        run_config
        name
        flow {
          id
          name
          environment
          storage
          version
          core_version
        }
        task_runs(where: { state_start_time: { _lte: $taskRunsBefore } }) {
          id
          version
          task_id
          serialized_state
        }
      }
    }
  `),
  // Read one by one: a bad row must not spoil the others.
  z.object({ flow_run: z.array(z.unknown()) }),
);

/** What the runs are now: to learn whether a claim took effect, and before a run is given up. */
export const FLOW_RUN_STATES = operation(
  'flow_run (state)',
  'always',
  graphql(`
    query ($ids: [uuid!]!) {
      flow_run(where: { id: { _in: $ids } }) {
        id
        version
        state
        serialized_state
      }
    }
  `),
  z.object({ flow_run: stateRows }),
);

/** Likewise for task runs. */
export const TASK_RUN_STATES = operation(
  'task_run (state)',
  'always',
  graphql(`
    query ($ids: [uuid!]!) {
      task_run(where: { id: { _in: $ids } }) {
        id
        version
        state
        serialized_state
      }
    }
  `),
  z.object({ task_run: stateRows }),
);

/** A repeated line in a run's log does no harm; a missing one does. */
export const WRITE_RUN_LOGS = operation(
  'write_run_logs',
  'always',
  graphql('mutation ($input: write_run_logs_input!) { write_run_logs(input: $input) { success } }'),
  anything,
);
