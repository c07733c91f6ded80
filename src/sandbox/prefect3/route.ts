import type * as z from 'zod/mini';
import { invalidBody, notFound } from './refusal.ts';

/** What the API answers with. A body of undefined is none; null is written as JSON. */
export interface Result {
  readonly status: number;
  readonly body: unknown;
}

export interface RouteRequest {
  /** What stands in the place of the braces, by their names. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface Route {
  /** Method and path as in Prefect's reference, such as `POST /flow_runs/{id}/set_state`. */
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  readonly serve: (request: RouteRequest) => Result;
}

/** @param operation method and path; `{id}` stands for a UUID, other braces for any text. */
export function route(operation: string, serve: (request: RouteRequest) => Result): Route {
  const [method = '', template = ''] = operation.split(' ');
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === 'id' ? '(?<id>[0-9a-fA-F-]{36})' : `(?<${name}>[^/]+)`,
  );
  return { operation, method, path: new RegExp(`^${path}$`), serve };
}

/** The same of a request with a body. */
export function routeWithBody<Body>(
  operation: string,
  schema: z.ZodMiniType<Body>,
  serve: (body: Body, request: RouteRequest) => Result,
): Route {
  return route(operation, (request) => {
    const parsed = schema.safeParse(request.body);
    if (!parsed.success) throw invalidBody(parsed.error, request.body);
    return serve(parsed.data, request);
  });
}

export const ok = (body: unknown): Result => ({ status: 200, body });
export const created = (body: unknown): Result => ({ status: 201, body });
export const noContent: Result = { status: 204, body: undefined };

/** @throws Refusal when there is no such row */
export function rowOf<Row>(rows: ReadonlyMap<string, Row>, { params }: RouteRequest, what: string): Row {
  const row = rows.get(params['id'] ?? '');
  if (row === undefined) throw notFound(`${what} not found`);
  return row;
}
