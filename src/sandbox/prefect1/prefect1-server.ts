import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { FaultPlan } from '../faults.ts';
import type { Message, Reply } from '../message.ts';
import { seededRandom } from '../seeded-random.ts';
import { serveLocally } from '../serve.ts';
import { createGraphqlApi } from './graphql-api.ts';
import { answerMessage, refusal } from './http-handler.ts';
import type { RecordedRequest } from './http-handler.ts';
import { importFlow } from './import-flow.ts';
import { BadRequest } from './request-body.ts';
import { createAgentConfig, createFlow, createFlowRun, createTenant } from './seed.ts';
import type { NewFlow, NewFlowRun } from './seed.ts';
import { cancelFlowRun, setFlowRunState, setTaskRunState } from './set-state.ts';
import { createStore } from './store.ts';
import type { RunLog, StateListener, Store } from './store.ts';
import type { Agent, AgentConfig, Flow, FlowRun, TaskRun, Tenant } from './tables.ts';
import { uuids } from '../uuids.ts';

export interface Prefect1Options {
  readonly clock: Clock;
  /** Makes the ids the same in every run. Default: random ids. */
  readonly seed?: number;
  /** Makes it Prefect Cloud, where every request must bear this key. Default: Prefect Server, which has none. */
  readonly apiKey?: string;
  /** Prefect Cloud's check of versions. Default: false. */
  readonly versionLocking?: boolean;
  /** What goes wrong with which request. Default: nothing. */
  readonly faults?: FaultPlan;
}

// The genuine server's default.
const MAX_BODY_BYTES = 5 * 1024 * 1024;

/** An API, and its store for seeding and reading. */
export interface EmbeddedPrefect1 {
  /** Answers a request as if it came over HTTP. Never rejects. */
  readonly answer: (message: Message) => Promise<Reply>;
  /** Every GraphQL request so far, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** How many requests of each operation have come. */
  readonly calls: Readonly<Record<string, number>>;

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

/** An API that listens on 127.0.0.1. */
export interface Prefect1Sandbox extends EmbeddedPrefect1, AsyncDisposable {
  /** The GraphQL endpoint. */
  readonly endpoint: string;
  /** Drops the open connections. The store stays readable. */
  close(): Promise<void>;
}

/**
 * An embedded Prefect 1 API without a socket: an instrument for tests, in memory and without users.
 * @param closing ends the delays that faults ask for. Default: nothing does.
 */
export function createPrefect1(
  options: Prefect1Options,
  closing = new AbortController().signal,
): EmbeddedPrefect1 {
  const store = createStore({
    clock: options.clock,
    newId: options.seed === undefined ? randomUUID : uuids(seededRandom(String(options.seed))),
    versionLocking: options.versionLocking ?? false,
  });
  const requests: RecordedRequest[] = [];
  const calls: Record<string, number> = {};
  const parts = {
    clock: options.clock,
    prepare: createGraphqlApi(store, options.apiKey === undefined ? 'server' : 'cloud'),
    apiKey: options.apiKey,
    faults: options.faults,
    closing,
    record: (request: RecordedRequest) => requests.push(request),
    calls,
  };
  return { answer: (message) => answerMessage(parts, message), requests, calls, ...storeAccess(store) };
}

/** Starts an embedded Prefect 1 API on 127.0.0.1, for tests and demonstrations. */
export async function startPrefect1(options: Prefect1Options): Promise<Prefect1Sandbox> {
  const closing = new AbortController();
  const api = createPrefect1(options, closing.signal);
  const { endpoint, close } = await serveLocally({
    answer: api.answer,
    maxBodyBytes: MAX_BODY_BYTES,
    tooLarge: refusal(new BadRequest(413, 'request entity too large')),
    closing,
  });
  return { ...api, endpoint, close, [Symbol.asyncDispose]: close };
}

function storeAccess(store: Store) {
  const { tables } = store;
  return {
    createTenant: () => createTenant(store),
    createAgentConfig: (settings: Readonly<Record<string, unknown>>) => createAgentConfig(store, settings),
    createFlow: (flow: NewFlow) => createFlow(store, flow),
    importFlow: (serialized: unknown) => importFlow(store, serialized),
    createFlowRun: (run: NewFlowRun) => createFlowRun(store, run),
    flowRun: (id: string) => tables.flow_run.get(id),
    flowRuns: () => [...tables.flow_run.values()],
    taskRuns: (flowRunId: string) =>
      [...tables.task_run.values()].filter((run) => run.flow_run_id === flowRunId),
    logs: (flowRunId: string) => store.logs.filter((log) => log.flow_run_id === flowRunId),
    agents: () => [...tables.agent.values()],
    setFlowRunState: (id: string, state: unknown) => void setFlowRunState(store, { id, state }),
    setTaskRunState: (id: string, state: unknown) => void setTaskRunState(store, { id, state }),
    cancel: (flowRunId: string) => void cancelFlowRun(store, flowRunId),
    onStateChange: (listener: StateListener) => {
      store.stateListeners.add(listener);
      return () => void store.stateListeners.delete(listener);
    },
  };
}
