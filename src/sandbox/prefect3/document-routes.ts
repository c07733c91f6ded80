import * as z from 'zod/mini';
import { notFound } from './refusal.ts';
import { created, ok, route, type Route, type RouteRequest, routeWithBody, rowOf } from './route.ts';
import { find, newRow, type Store } from './store.ts';
import type { BlockDocument } from './tables.ts';
import { moment } from './time.ts';

const newLog = z.strictObject({
  name: z.string(),
  level: z.int(),
  message: z.string(),
  timestamp: moment,
  flow_run_id: z.nullish(z.guid()),
  task_run_id: z.nullish(z.guid()),
});

export function logRoutes(store: Store): readonly Route[] {
  return [
    routeWithBody('POST /logs/', z.array(newLog), (lines) => {
      for (const { flow_run_id: run = null, task_run_id: task = null, ...line } of lines) {
        store.logs.push({ ...newRow(store), ...line, flow_run_id: run, task_run_id: task });
      }
      return created(null);
    }),
  ];
}

export function documentRoutes(store: Store): readonly Route[] {
  return [
    route('GET /block_documents/{id}', (request) =>
      ok(blockView(rowOf(store.blocks, request, 'Block document'), request)),
    ),
    route('GET /block_types/slug/{slug}/block_documents/name/{name}', (request) => {
      const [slug, name] = [named(request, 'slug'), named(request, 'name')];
      const block = find(store.blocks.values(), (other) => other.slug === slug && other.name === name);
      if (block === undefined) throw notFound('Block document not found');
      return ok(blockView(block, request));
    }),
    route('GET /variables/name/{name}', (request) => {
      const variable = store.variables.get(named(request, 'name'));
      if (variable === undefined) throw notFound('Variable not found');
      return ok(variable);
    }),
  ];
}

function blockView({ secrets, slug, data, ...block }: BlockDocument, { query }: RouteRequest) {
  const shown = query.get('include_secrets') === 'true' ? [] : secrets;
  const hidden = Object.fromEntries(shown.filter((name) => name in data).map((name) => [name, '********']));
  return {
    ...block,
    data: { ...data, ...hidden },
    block_type: { slug },
    block_document_references: {},
    is_anonymous: false,
  };
}

function named({ params }: RouteRequest, name: string): string {
  return decodeURIComponent(params[name] ?? '');
}
