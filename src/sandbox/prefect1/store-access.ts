import { importFlow } from './import-flow.ts';
import { createAgentConfig, createFlow, createFlowRun, createTenant } from './seed.ts';
import type { NewFlow, NewFlowRun } from './seed.ts';
import { cancelFlowRun, setFlowRunState, setTaskRunState } from './set-state.ts';
import type { RunLog, StateListener, Store } from './store.ts';
import type { Agent, AgentConfig, Flow, FlowRun, TaskRun, Tenant } from './tables.ts';

/** What tests do with the API that is no agent's business, and what they look at. */
export interface StoreAccess {
  createTenant(): Tenant;
  createAgentConfig(settings: Readonly<Record<string, unknown>>): AgentConfig;
  createFlow(flow: NewFlow): Flow;
  /** Registers what Prefect's `flow.serialize()` gave. */
  importFlow(serialized: unknown): Flow;
  /** @throws RangeError when there is no such flow */
  createFlowRun(run: NewFlowRun): FlowRun;

  flowRun(id: string): Readonly<FlowRun> | undefined;
  flowRuns(): readonly Readonly<FlowRun>[];
  taskRuns(flowRunId: string): readonly Readonly<TaskRun>[];
  logs(flowRunId: string): readonly RunLog[];
  agents(): readonly Readonly<Agent>[];

  /** Sets a flow run's state under the same rules as `set_flow_run_states`. */
  setFlowRunState(id: string, state: unknown): void;
  /** Sets a task run's state under the same rules as `set_task_run_states`. */
  setTaskRunState(id: string, state: unknown): void;
  /** Cancels a flow run as `cancel_flow_run` does. */
  cancel(flowRunId: string): void;
  /** Tells every state that is set from now on. The answer ends it. */
  onStateChange(listener: StateListener): () => void;
}

export function storeAccess(store: Store): StoreAccess {
  const { tables } = store;
  return {
    createTenant: () => createTenant(store),
    createAgentConfig: (settings) => createAgentConfig(store, settings),
    createFlow: (flow) => createFlow(store, flow),
    importFlow: (serialized) => importFlow(store, serialized),
    createFlowRun: (run) => createFlowRun(store, run),
    flowRun: (id) => tables.flow_run.get(id),
    flowRuns: () => [...tables.flow_run.values()],
    taskRuns: (flowRunId) => [...tables.task_run.values()].filter((run) => run.flow_run_id === flowRunId),
    logs: (flowRunId) => store.logs.filter((log) => log.flow_run_id === flowRunId),
    agents: () => [...tables.agent.values()],
    setFlowRunState: (id, state) => void setFlowRunState(store, { id, state }),
    setTaskRunState: (id, state) => void setTaskRunState(store, { id, state }),
    cancel: (flowRunId) => void cancelFlowRun(store, flowRunId),
    onStateChange: (listener) => {
      store.stateListeners.add(listener);
      return () => void store.stateListeners.delete(listener);
    },
  };
}
