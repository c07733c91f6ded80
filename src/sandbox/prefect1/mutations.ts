import { isDeepStrictEqual } from 'node:util';
import { runsInQueue } from './runs-in-queue.ts';
import { createTaskRun } from './seed.ts';
import { setFlowRunState, setTaskRunState } from './set-state.ts';
import { now } from './store.ts';
import type { RunLog, Store } from './store.ts';
import type { Agent, TaskRun, Timestamptz } from './tables.ts';

/** What a request's headers say of its sender. */
export interface Sender {
  readonly agentId: string | undefined;
  readonly coreVersion: string | undefined;
}

/** A mutation's only argument, which the schema has checked. */
interface Input<Fields> {
  readonly input: Fields;
}

interface AgentInput {
  readonly type: string;
  readonly name?: string | null;
  readonly labels?: readonly string[] | null;
  readonly tenant_id?: string | null;
}

interface QueueInput {
  readonly tenant_id: string;
  readonly before?: Timestamptz | null;
  readonly labels?: readonly string[] | null;
}

interface StateInput {
  readonly version?: number | null;
  readonly state: unknown;
}

interface TaskRunInput {
  readonly flow_run_id: string;
  readonly task_id: string;
  readonly map_index?: number | null;
}

/** The resolvers of `Mutation`. */
export function createMutations(store: Store) {
  const { tables } = store;
  return {
    register_agent: ({ input }: Input<AgentInput>, sender: Sender) => registerAgent(store, input, sender),
    get_runs_in_queue: ({ input }: Input<QueueInput>, sender: Sender) => {
      const agent = tables.agent.get(sender.agentId ?? '');
      if (agent !== undefined) agent.last_queried = now(store);
      const { tenant_id: tenantId, before, labels } = input;
      return {
        flow_run_ids: runsInQueue(store, { tenantId, before: before ?? now(store), labels: labels ?? [] }),
      };
    },
    set_flow_run_states: (
      { input }: Input<{ states: readonly (StateInput & { flow_run_id: string })[] }>,
      sender: Sender,
    ) =>
      setEach(input.states, ({ flow_run_id: id, ...change }) =>
        setFlowRunState(store, { id, ...change }, sender.agentId),
      ),
    set_task_run_states: ({ input }: Input<{ states: readonly (StateInput & { task_run_id: string })[] }>) =>
      setEach(input.states, ({ task_run_id: id, ...change }) => setTaskRunState(store, { id, ...change })),
    write_run_logs: ({ input }: Input<{ logs: readonly (Partial<RunLog> & { flow_run_id: string })[] }>) => {
      for (const { flow_run_id, task_run_id, timestamp, name, level, message } of input.logs) {
        store.logs.push({
          flow_run_id,
          task_run_id: task_run_id ?? null,
          timestamp: timestamp ?? now(store),
          name: name ?? null,
          level: level ?? null,
          message: message ?? null,
        });
      }
      return { success: true };
    },
    get_or_create_task_run_info: ({ input }: Input<TaskRunInput>) => getOrCreateTaskRun(store, input),
    // The genuine server writes heartbeats down later and says yes even to an unknown run. Nobody here looks at them.
    update_flow_run_heartbeat: () => ({ success: true }),
    set_task_run_name: ({ input }: Input<{ task_run_id: string; name: string }>) => {
      const run = tables.task_run.get(input.task_run_id);
      if (run !== undefined) run.name = input.name;
      return { success: run !== undefined };
    },
  };
}

/** The same tenant, name, type, version and labels are the same agent, and keep its id. */
function registerAgent(store: Store, input: AgentInput, sender: Sender): Agent {
  const { tables } = store;
  const [firstTenant] = tables.tenant.values();
  const tenantId = input.tenant_id ?? firstTenant?.id;
  if (tenantId === undefined) throw new RangeError('No tenant found.');
  const identity = {
    tenant_id: tenantId,
    name: input.name ?? null,
    type: input.type,
    core_version: sender.coreVersion ?? null,
    labels: [...(input.labels ?? [])].sort(),
  };
  const known = [...tables.agent.values()].find((agent) =>
    isDeepStrictEqual({ ...agent, ...identity }, agent),
  );
  if (known !== undefined) return known;
  const agent = { id: store.newId(), ...identity, last_queried: null };
  tables.agent.set(agent.id, agent);
  return agent;
}

function getOrCreateTaskRun(store: Store, input: TaskRunInput): TaskRun {
  const mapIndex = input.map_index ?? -1;
  const known = [...store.tables.task_run.values()].find(
    (run) =>
      run.flow_run_id === input.flow_run_id && run.task_id === input.task_id && run.map_index === mapIndex,
  );
  return known ?? createTaskRun(store, input.flow_run_id, input.task_id, mapIndex);
}

/**
 * The genuine server sets all states of one mutation at once: when one is refused the answer is only its error,
 * though the others have been set.
 */
function setEach<Entry>(entries: readonly Entry[], set: (entry: Entry) => { readonly id: string }) {
  const errors: unknown[] = [];
  const states = entries.flatMap((entry) => {
    try {
      return [{ id: set(entry).id, status: 'SUCCESS', message: null }];
    } catch (error) {
      errors.push(error);
      return [];
    }
  });
  if (errors.length > 0) throw errors[0];
  return { states };
}
