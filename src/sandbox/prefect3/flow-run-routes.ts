import * as z from 'zod/mini';
import { flowRunFilters, flowRunsThatPass, sort, sorted } from './filters.ts';
import { flowRunView } from './flow-runs.ts';
import { page, pageOf } from './page.ts';
import { Refusal } from './refusal.ts';
import { noContent, ok, route, type Route, routeWithBody, rowOf } from './route.ts';
import { proposeState } from './set-state.ts';
import { proposedState, stateBody, stateBodyOfPrefect2 } from './state.ts';
import { isPrefect2, now, type Store } from './store.ts';

const WHAT = 'Flow run';

const query = z.extend(flowRunFilters, { sort: z._default(sort, 'ID_DESC'), ...page });

const change = z.strictObject({
  infrastructure_pid: z.nullish(z.string()),
  flow_version: z.nullish(z.string()),
  empirical_policy: z.optional(z.record(z.string(), z.unknown())),
});

export function flowRunRoutes(store: Store): readonly Route[] {
  return [
    routeWithBody('POST /flow_runs/filter', query, (body) => {
      const runs = sorted(flowRunsThatPass(store, body), body.sort);
      return ok(pageOf(runs, body).map((run) => flowRunView(store, run)));
    }),
    route('GET /flow_runs/{id}', (request) => ok(flowRunView(store, rowOf(store.flowRuns, request, WHAT)))),
    routeWithBody('PATCH /flow_runs/{id}', change, (body, request) => {
      const run = rowOf(store.flowRuns, request, WHAT);
      Object.assign(run, body, { updated: now(store) });
      return noContent;
    }),
    setState(store),
    bulkSetState(store),
  ];
}

function setState(store: Store): Route {
  const body = z.object({ state: bodyOf(store), force: z._default(z.boolean(), false) });
  return routeWithBody('POST /flow_runs/{id}/set_state', body, ({ state, force }, { params }) => {
    const run = store.flowRuns.get(params['id'] ?? '');
    if (run === undefined) {
      throw new Refusal(404, { exception_message: `Flow run with id ${params['id'] ?? ''} not found` });
    }
    const { verdict, written } = proposeState(store, run, proposedState(state, now(store)), force);
    return { status: written ? 201 : 200, body: verdict };
  });
}

/**
 * Sets the state of each run that passes the filter, one by one. Like the genuine server (3.8.8), it uses one
 * object of state details for all: what the rules add to it for one run stays in it for the next.
 */
function bulkSetState(store: Store): Route {
  const operation = 'POST /flow_runs/bulk_set_state';
  if (isPrefect2(store)) {
    return route(operation, () => {
      throw new Refusal(405, { detail: 'Method Not Allowed' });
    });
  }
  const body = z.strictObject({
    flow_runs: flowRunFilters.shape.flow_runs,
    state: bodyOf(store),
    force: z._default(z.boolean(), false),
    limit: z._default(z.int().check(z.gte(1), z.lte(50)), 50),
  });
  return routeWithBody(operation, body, ({ flow_runs, state, force, limit }) => {
    const proposed = proposedState(state, now(store));
    const results = sorted(flowRunsThatPass(store, { flow_runs }), 'ID_DESC')
      .slice(0, limit)
      .map((run) => ({ flow_run_id: run.id, ...proposeState(store, run, proposed, force).verdict }));
    return ok({ results });
  });
}

function bodyOf(store: Store) {
  return isPrefect2(store) ? stateBodyOfPrefect2 : stateBody;
}
