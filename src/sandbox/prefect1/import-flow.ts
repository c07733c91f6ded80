import * as z from 'zod/mini';
import { createFlow } from './seed.ts';
import type { Store } from './store.ts';
import type { Flow } from './tables.ts';

const object = z.record(z.string(), z.unknown());

const serializedFlow = z.object({
  name: z.string(),
  storage: z.nullish(object),
  environment: z.nullish(object),
  run_config: z.nullish(object),
  parameters: z.array(object),
  tasks: z.array(
    z.object({
      slug: z.string(),
      name: z.nullish(z.string()),
      type: z.nullish(z.string()),
      cache_key: z.nullish(z.string()),
      max_retries: z.nullish(z.number()),
      tags: z.nullish(z.array(z.string())),
    }),
  ),
  edges: z.array(z.object({ mapped: z.boolean(), downstream_task: z.object({ slug: z.string() }) })),
  __version__: z.string(),
});

/**
 * Registers what Prefect's `flow.serialize()` gave, with its storage included, under `project`.
 * @throws z.core.$ZodError when it is no serialized flow
 */
export function importFlow(store: Store, serialized: unknown, project?: string): Flow {
  const flow = serializedFlow.parse(serialized);
  const mapped = new Set(flow.edges.filter((edge) => edge.mapped).map((edge) => edge.downstream_task.slug));
  return createFlow(store, {
    name: flow.name,
    project,
    storage: flow.storage ?? undefined,
    environment: flow.environment ?? undefined,
    runConfig: flow.run_config ?? undefined,
    parameters: flow.parameters,
    coreVersion: flow.__version__,
    tasks: flow.tasks.map((task) => ({
      slug: task.slug,
      name: task.name ?? undefined,
      type: task.type ?? undefined,
      cacheKey: task.cache_key ?? undefined,
      maxRetries: task.max_retries ?? undefined,
      tags: task.tags ?? undefined,
      mapped: mapped.has(task.slug),
    })),
  });
}
