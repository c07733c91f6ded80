import * as z from 'zod/mini';
import { createFlow } from './seed.ts';
import type { Store } from './store.ts';
import type { Flow } from './tables.ts';

const object = z.record(z.string(), z.unknown());

const serializedFlow = z.object({
  name: z.string(),
  storage: z.nullish(object),
  run_config: z.nullish(object),
  tasks: z.array(z.object({ slug: z.string() })),
  __version__: z.string(),
});

/**
 * Registers what Prefect's `flow.serialize()` gave, with its storage included.
 * @throws z.core.$ZodError when it is no serialized flow
 */
export function importFlow(store: Store, serialized: unknown): Flow {
  const { name, tasks, ...flow } = serializedFlow.parse(serialized);
  return createFlow(store, {
    name,
    tasks,
    storage: flow.storage ?? undefined,
    runConfig: flow.run_config ?? undefined,
    coreVersion: flow.__version__,
  });
}
