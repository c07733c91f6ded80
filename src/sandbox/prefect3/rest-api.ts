import type { IncomingHttpHeaders } from 'node:http';
import type { Message } from '../message.ts';
import { deploymentRoutes, flowRoutes } from './deployment-routes.ts';
import { documentRoutes, logRoutes } from './document-routes.ts';
import { flowRunRoutes } from './flow-run-routes.ts';
import type { Gate } from './gate.ts';
import { Refusal } from './refusal.ts';
import { ok, type Result, route, type Route } from './route.ts';
import { catchUp } from './server-services.ts';
import type { Store } from './store.ts';
import { workPoolRoutes } from './work-pool-routes.ts';

/** A request as it came, whether it was then refused or not. */
export interface RecordedRequest {
  /** Method and path with names for its parts, such as `POST /flow_runs/{id}/set_state`; `invalid`: there is no such. */
  readonly operation: string;
  readonly method: string;
  /** Below `/api`, with its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

interface PreparedRequest {
  readonly request: RecordedRequest;
  /** Carries the request out. Gives refusals and failures as results. */
  readonly serve: () => Result & { readonly location?: string };
}

/** Reads a request; nothing has been carried out. */
export type PrepareRequest = (message: Message) => PreparedRequest;

export function createRestApi(store: Store, gate: Gate): PrepareRequest {
  const routes: readonly Route[] = [
    route('GET /admin/version', () => ok(store.version)),
    gate.csrfRoute(store),
    ...workPoolRoutes(store),
    ...flowRoutes(store),
    ...deploymentRoutes(store),
    ...flowRunRoutes(store),
    ...logRoutes(store),
    ...documentRoutes(store),
  ];
  return (message) => {
    const { method = 'GET', url = '/', headers } = message;
    const [pathname = '', search = ''] = url.split('?');
    const path = pathname.replace(/^\/api(?=\/)/, '');
    const under = path === pathname ? undefined : path;
    const found = under === undefined ? undefined : match(routes, method, under);
    const body = bodyOf(message);
    return {
      request: {
        operation: found?.route.operation ?? 'invalid',
        method,
        path: search === '' ? path : `${path}?${search}`,
        headers,
        body: body.value,
      },
      serve: () =>
        errorsAsResults(() => {
          gate.check(message);
          if (found === undefined) return elsewhere(routes, method, under ?? '', search);
          if (body.error !== undefined) throw body.error;
          catchUp(store);
          const query = new URLSearchParams(search);
          return found.route.serve({ params: found.params, query, body: body.value });
        }),
    };
  };
}

function match(routes: readonly Route[], method: string, path: string) {
  for (const candidate of routes) {
    const groups = candidate.method === method ? candidate.path.exec(path) : null;
    if (groups !== null) return { route: candidate, params: { ...groups.groups } };
  }
  return undefined;
}

/** A path that differs from a route's by its last slash is sent there. */
function elsewhere(routes: readonly Route[], method: string, path: string, search: string) {
  const other = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
  if (match(routes, method, other) !== undefined) {
    return { status: 307, body: undefined, location: `/api${other}${search && `?${search}`}` };
  }
  const isKnown = routes.some((candidate) => candidate.path.test(path));
  throw isKnown
    ? new Refusal(405, { detail: 'Method Not Allowed' })
    : new Refusal(404, { detail: 'Not Found' });
}

function errorsAsResults<Served extends Result>(serve: () => Served): Served | Result {
  try {
    return serve();
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: error.body };
    return { status: 500, body: { exception_message: 'Internal Server Error' } };
  }
}

function bodyOf({ body }: Message): { readonly value: unknown; readonly error?: Refusal } {
  try {
    return { value: body === '' ? {} : JSON.parse(body) };
  } catch {
    const detail = { type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error', input: {} };
    const error = new Refusal(422, {
      exception_message: 'Invalid request received.',
      exception_detail: [detail],
      request_body: body,
    });
    return { value: undefined, error };
  }
}
