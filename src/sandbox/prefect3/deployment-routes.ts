import * as z from 'zod/mini';
import {
  changeDeployment,
  deleteDeployment,
  deploymentChange,
  deploymentView,
  newDeployment,
  upsertDeployment,
} from './deployments.ts';
import { filters, isNamed } from './filters.ts';
import { createFlowRun, flowRunView } from './flow-runs.ts';
import { page, pageOf } from './page.ts';
import { notFound, Refusal } from './refusal.ts';
import { noContent, ok, route, type Route, routeWithBody, rowOf } from './route.ts';
import { stateBody } from './state.ts';
import { find, newRow, type Store } from './store.ts';
import type { Flow } from './tables.ts';

const WHAT = 'Deployment';
const MAX_BULK = 100;
const object = z.record(z.string(), z.unknown());

const newRun = z.strictObject({
  name: z.nullish(z.string()),
  state: z.nullish(stateBody),
  parameters: z.optional(object),
  job_variables: z.nullish(object),
  tags: z.optional(z.array(z.string())),
  labels: z.nullish(object),
  idempotency_key: z.nullish(z.string()),
});

const query = z.extend(filters, page);

export function flowRoutes(store: Store): readonly Route[] {
  return [
    routeWithBody('POST /flows/', z.strictObject({ name: z.string() }), ({ name }) => {
      const known = find(store.flows.values(), (flow) => flow.name === name);
      return { status: known ? 200 : 201, body: known ?? createFlow(store, name) };
    }),
    routeWithBody('POST /flows/filter', query, ({ flows, ...part }) => {
      const found = [...store.flows.values()].filter((flow) => isNamed(flow, flows));
      return ok(pageOf(found, part));
    }),
    route('GET /flows/{id}', (request) => ok(rowOf(store.flows, request, 'Flow'))),
  ];
}

/** A flow of that name, which is not there yet. */
export function createFlow(store: Store, name: string): Flow {
  const flow = { ...newRow(store), name, tags: [], labels: {} };
  store.flows.set(flow.id, flow);
  return flow;
}

export function deploymentRoutes(store: Store): readonly Route[] {
  return [
    routeWithBody('POST /deployments/', newDeployment, (body) => {
      if (!store.flows.has(body.flow_id)) throw notFound('Flow not found');
      const { deployment, isNew } = upsertDeployment(store, body);
      return { status: isNew ? 201 : 200, body: deploymentView(store, deployment) };
    }),
    routeWithBody('POST /deployments/filter', query, ({ deployments, flows, ...part }) => {
      const found = [...store.deployments.values()].filter(
        (deployment) =>
          isNamed(deployment, deployments) && isNamed(store.flows.get(deployment.flow_id), flows),
      );
      return ok(pageOf(found, part).map((deployment) => deploymentView(store, deployment)));
    }),
    route('GET /deployments/{id}', (request) =>
      ok(deploymentView(store, rowOf(store.deployments, request, WHAT))),
    ),
    routeWithBody('PATCH /deployments/{id}', deploymentChange, (body, request) => {
      changeDeployment(store, rowOf(store.deployments, request, WHAT), body);
      return noContent;
    }),
    route('DELETE /deployments/{id}', (request) => {
      deleteDeployment(store, rowOf(store.deployments, request, WHAT));
      return noContent;
    }),
    ...newRunRoutes(store),
  ];
}

function newRunRoutes(store: Store): readonly Route[] {
  return [
    routeWithBody('POST /deployments/{id}/create_flow_run', newRun, (body, request) => {
      const { run, isNew } = createFlowRun(store, rowOf(store.deployments, request, WHAT), body);
      return { status: isNew ? 201 : 200, body: flowRunView(store, run) };
    }),
    routeWithBody('POST /deployments/{id}/create_flow_run/bulk', z.array(newRun), (bodies, request) => {
      const deployment = rowOf(store.deployments, request, WHAT);
      if (bodies.length > MAX_BULK) {
        throw new Refusal(400, { detail: `Cannot create more than ${MAX_BULK} flow runs at once.` });
      }
      const results = bodies
        .map((body) => createFlowRun(store, deployment, body).run.id)
        .map((id) => ({ flow_run_id: id, status: 'CREATED', error: null }));
      return ok({ results });
    }),
  ];
}
