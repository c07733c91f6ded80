import * as z from 'zod/mini';
import {
  changeDeployment,
  deleteDeployment,
  deploymentChange,
  deploymentView,
  newDeployment,
  upsertDeployment,
} from './deployments.ts';
import { identified, isIdentified } from './filters.ts';
import { createFlowRun, flowRunView } from './flow-runs.ts';
import { page, pageOf } from './page.ts';
import { notFound } from './refusal.ts';
import { created, noContent, ok, route, type Route, routeWithBody, rowOf } from './route.ts';
import { stateBody } from './state.ts';
import { newRow, type Store } from './store.ts';
import type { Flow } from './tables.ts';

const WHAT = 'Deployment';
const object = z.record(z.string(), z.unknown());

const newRun = z.strictObject({
  name: z.nullish(z.string()),
  state: z.nullish(stateBody),
  parameters: z.optional(object),
  job_variables: z.nullish(object),
  tags: z.optional(z.array(z.string())),
});

const flowQuery = z.strictObject({ flows: z.optional(identified), ...page });
const deploymentQuery = z.strictObject({ deployments: z.optional(identified), ...page });

export function flowRoutes(store: Store): readonly Route[] {
  return [
    routeWithBody('POST /flows/filter', flowQuery, ({ flows, ...part }) => {
      const found = [...store.flows.values()].filter((flow) => isIdentified(flow, flows));
      return ok(pageOf(found, part));
    }),
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
    routeWithBody('POST /deployments/filter', deploymentQuery, ({ deployments, ...part }) => {
      const found = [...store.deployments.values()].filter((deployment) =>
        isIdentified(deployment, deployments),
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
    routeWithBody('POST /deployments/{id}/create_flow_run', newRun, (body, request) =>
      created(flowRunView(store, createFlowRun(store, rowOf(store.deployments, request, WHAT), body))),
    ),
  ];
}
