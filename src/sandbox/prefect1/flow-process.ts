import { setTimeout as delay } from 'node:timers/promises';
import { GraphQLClient } from 'graphql-request';
import * as z from 'zod/mini';
import { isFinished } from './state.ts';

const environment = z.object({
  PREFECT__CLOUD__API: z.url('PREFECT__CLOUD__API: expected the URL of a Prefect 1 API'),
  PREFECT__CONTEXT__FLOW_RUN_ID: z.uuid('PREFECT__CONTEXT__FLOW_RUN_ID: expected the id of a flow run'),
  PREFECT__CLOUD__API_KEY: z.optional(z.string()),
  PREFECT__CLOUD__TENANT_ID: z.optional(z.string()),
  PREFECT__SANDBOX__FLOW_SECONDS: z._default(
    z.coerce.number('PREFECT__SANDBOX__FLOW_SECONDS: expected seconds').check(z.minimum(0)),
    0.3,
  ),
});

/** How the run ends, by its parameter `outcome`. `Crashed`: the process dies and tells nobody. */
const outcome = z.catch(z.enum(['Success', 'Failed', 'Crashed']), 'Success');

const stateSchema = z.object({
  type: z.string(),
  start_time: z.nullish(z.string()),
  get state() {
    return z.nullish(stateSchema);
  },
});

const flowRunSchema = z.object({
  flow_run_by_pk: z.nullable(
    z.object({
      version: z.number(),
      parameters: z.object({ outcome }),
      serialized_state: stateSchema,
      flow: z.object({ name: z.string() }),
    }),
  ),
});

const flowRunQuery = `query ($id: uuid!) {
  flow_run_by_pk(id: $id) { version parameters serialized_state flow { name } }
}`;

const setStateMutation = `mutation ($input: set_flow_run_states_input!) {
  set_flow_run_states(input: $input) { states { id status } }
}`;

const heartbeatMutation = `mutation ($id: UUID!) {
  update_flow_run_heartbeat(input: { flow_run_id: $id }) { success }
}`;

type State = z.infer<typeof stateSchema>;

/**
 * A stand-in for `prefect execute flow-run`, for machines without Python: it reports the states that the genuine
 * one would, and runs no flow. Its environment is the genuine one's; PREFECT__SANDBOX__FLOW_SECONDS is how long
 * the run takes, in seconds (default 0.3), and the run's parameter `outcome` (default "Success") how it ends.
 * @returns the exit code; 0 for a failed flow run as well, as with the genuine one
 */
export async function executeFlowRun(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  console.log('This is a stand-in for Prefect: it reports states, and runs no flow.');
  if (args.join(' ') !== 'execute flow-run') {
    console.error(`Expected the arguments "execute flow-run", got "${args.join(' ')}"`);
    return 2;
  }
  const settings = environment.parse(env);
  const api = connect(settings);
  const run = await api.read();
  if (!mayRun(run.serialized_state, Date.now())) {
    console.log(`The flow run is not to be run now: ${JSON.stringify(run.serialized_state)}`);
    return 0;
  }
  await api.setState({ type: 'Running', message: 'Running flow.' }, run.version);
  await api.heartbeat();
  console.log(`Flow run of '${run.flow.name}' is running`);
  await delay(settings.PREFECT__SANDBOX__FLOW_SECONDS * 1000);

  if (run.parameters.outcome === 'Crashed') return 1;
  const { serialized_state: last } = await api.read();
  const end = last.type === 'Cancelling' ? 'Cancelled' : run.parameters.outcome;
  await api.setState({ type: end, message: endMessages[end] }, null);
  console.log(`Flow run of '${run.flow.name}' ended: ${end}`);
  return 0;
}

const endMessages = {
  Success: 'All reference tasks succeeded.',
  Failed: 'Some reference tasks failed.',
  Cancelled: 'Flow run is cancelled',
};

/** The genuine runner takes what is pending or running, and ends at once when it has come too early. */
export function mayRun(state: State, nowMs: number): boolean {
  if (state.type === 'Submitted' || state.type === 'Queued') {
    return state.state == null || mayRun(state.state, nowMs);
  }
  const startMs = state.start_time == null ? nowMs : Date.parse(state.start_time);
  return startMs <= nowMs && !isFinished(state.type);
}

function connect(settings: z.infer<typeof environment>) {
  const id = settings.PREFECT__CONTEXT__FLOW_RUN_ID;
  const client = new GraphQLClient(settings.PREFECT__CLOUD__API, {
    headers: {
      ...(settings.PREFECT__CLOUD__API_KEY && {
        authorization: `Bearer ${settings.PREFECT__CLOUD__API_KEY}`,
      }),
      ...(settings.PREFECT__CLOUD__TENANT_ID && {
        'x-prefect-tenant-id': settings.PREFECT__CLOUD__TENANT_ID,
      }),
    },
  });
  return {
    read: async () => {
      const { flow_run_by_pk: run } = flowRunSchema.parse(await client.request(flowRunQuery, { id }));
      if (run === null) throw new RangeError(`Flow run ${id} not found`);
      return run;
    },
    setState: async (state: { readonly type: string; readonly message: string }, version: number | null) => {
      await client.request(setStateMutation, { input: { states: [{ flow_run_id: id, version, state }] } });
    },
    heartbeat: async () => {
      await client.request(heartbeatMutation, { id });
    },
  };
}
