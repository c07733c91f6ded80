import { upsertDeployment } from './deployments.ts';
import { createFlow } from './deployment-routes.ts';
import { createFlowRun, flowRunView, type FlowRunView, type NewFlowRun } from './flow-runs.ts';
import { Refusal } from './refusal.ts';
import { catchUp } from './server-services.ts';
import { proposeState, type Verdict } from './set-state.ts';
import { proposedState, stateBody, type StateInput } from './state.ts';
import { find, newRow, now, type StateListener, type Store } from './store.ts';
import type {
  BlockDocument,
  Deployment,
  Flow,
  FlowRun,
  JsonObject,
  Log,
  State,
  Variable,
  Worker,
  WorkPool,
} from './tables.ts';
import { createWorkPool, type NewWorkPool } from './work-pools.ts';

interface DeploymentToCreate {
  /** Default "deployment". */
  readonly name?: string;
  /** Default: a flow named "demo", made when it is new. */
  readonly flowId?: string;
  /** Default: the first pool. */
  readonly workPool?: string;
  /** Default: the pool's default queue. */
  readonly workQueue?: string;
  readonly jobVariables?: JsonObject;
  readonly parameters?: JsonObject;
  readonly concurrencyLimit?: number;
  readonly collisionStrategy?: 'ENQUEUE' | 'CANCEL_NEW';
}

interface FlowRunToCreate extends Pick<NewFlowRun, 'name' | 'parameters' | 'tags'> {
  readonly deploymentId: string;
  /** ISO 8601. Default: now. */
  readonly scheduledTime?: string;
  readonly jobVariables?: JsonObject;
}

interface BlockToCreate {
  /** Slug of its type, such as `aws-credentials`. */
  readonly slug: string;
  readonly name: string;
  readonly data: JsonObject;
  /** Members of `data` that are shown only to those who ask for secrets. Default: none. */
  readonly secrets?: readonly string[];
}

/** What tests do with the API that is no worker's business, and what they look at. */
export interface StoreAccess {
  /** Default: a pool named "ecs-pool" of type "ecs" without a template. */
  createWorkPool(pool?: Partial<NewWorkPool>): WorkPool;
  createFlow(name: string): Flow;
  createDeployment(deployment?: DeploymentToCreate): Deployment;
  /** @throws RangeError when there is no such deployment */
  createFlowRun(run: FlowRunToCreate): FlowRunView;
  createBlock(block: BlockToCreate): BlockDocument;
  setVariable(name: string, value: unknown): Variable;

  /** As `GET /flow_runs/{id}` shows it; undefined: there is none. */
  flowRun(id: string): FlowRunView | undefined;
  flowRuns(): readonly FlowRunView[];
  /** Every state that a run has been in, oldest first. */
  states(flowRunId: string): readonly State[];
  logs(flowRunId: string): readonly Log[];
  workers(): readonly Worker[];

  /** Proposes a state under the rules of `set_state`. @throws RangeError when there is no such run */
  setFlowRunState(id: string, state: StateInput, options?: { readonly force?: boolean }): Verdict;
  /** Cancels a flow run as a user does. */
  cancel(flowRunId: string): Verdict;
  /** Tells every state that is set from now on. The answer ends it. */
  onStateChange(listener: StateListener): () => void;
}

export function storeAccess(store: Store): StoreAccess {
  const setFlowRunState: StoreAccess['setFlowRunState'] = (id, state, { force = false } = {}) => {
    catchUp(store);
    const proposed = proposedState(stateBody.parse(state), now(store));
    return proposeState(store, known(store.flowRuns, id), proposed, force).verdict;
  };
  return {
    ...seeding(store),
    ...reading(store),
    setFlowRunState,
    cancel: (id) => setFlowRunState(id, { type: 'CANCELLING' }),
    onStateChange: (listener) => {
      store.stateListeners.add(listener);
      return () => void store.stateListeners.delete(listener);
    },
  };
}

function seeding(store: Store) {
  const flowNamed = (name: string): Flow =>
    find(store.flows.values(), (flow) => flow.name === name) ?? createFlow(store, name);
  return {
    createWorkPool: (pool: Partial<NewWorkPool> = {}) => createWorkPool(store, { name: 'ecs-pool', ...pool }),
    createFlow: flowNamed,
    createDeployment: ({ name = 'deployment', ...given }: DeploymentToCreate = {}) => {
      const [firstPool] = store.pools.values();
      return asError(() =>
        upsertDeployment(store, {
          name,
          flow_id: given.flowId ?? flowNamed('demo').id,
          work_pool_name: given.workPool ?? firstPool?.name,
          work_queue_name: given.workQueue,
          job_variables: given.jobVariables,
          parameters: given.parameters,
          concurrency_limit: given.concurrencyLimit,
          concurrency_options: given.collisionStrategy && { collision_strategy: given.collisionStrategy },
        }),
      ).deployment;
    },
    createFlowRun: ({ deploymentId, scheduledTime, jobVariables, ...run }: FlowRunToCreate) => {
      const deployment = known(store.deployments, deploymentId);
      const details = { scheduled_time: scheduledTime };
      const state = stateBody.parse({ type: 'SCHEDULED', state_details: details });
      const body = { state, job_variables: jobVariables, ...run };
      return flowRunView(store, createFlowRun(store, deployment, body));
    },
    createBlock: ({ secrets = [], ...block }: BlockToCreate) => {
      const created = { ...newRow(store), ...block, secrets };
      store.blocks.set(created.id, created);
      return created;
    },
    setVariable: (name: string, value: unknown) => {
      const variable = { ...newRow(store), name, value, tags: [] };
      store.variables.set(name, variable);
      return variable;
    },
  };
}

function reading(store: Store) {
  const runs = (): ReadonlyMap<string, FlowRun> => {
    catchUp(store);
    return store.flowRuns;
  };
  return {
    flowRun: (id: string) => {
      const run = runs().get(id);
      return run && flowRunView(store, run);
    },
    flowRuns: () => [...runs().values()].map((run) => flowRunView(store, run)),
    states: (id: string) => {
      catchUp(store);
      return store.states.get(id) ?? [];
    },
    logs: (id: string) => store.logs.filter((log) => log.flow_run_id === id),
    workers: () => [...store.workers.values()],
  };
}

function known<Row>(rows: ReadonlyMap<string, Row>, id: string): Row {
  const row = rows.get(id);
  if (row === undefined) throw new RangeError(`Expected the id of something that exists, got ${id}`);
  return row;
}

/** What would be a refusal over HTTP is a mistake of the test here. */
function asError<Value>(create: () => Value): Value {
  try {
    return create();
  } catch (error) {
    if (error instanceof Refusal) throw new RangeError(error.message, { cause: error });
    throw error;
  }
}
