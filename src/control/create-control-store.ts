import type { ControlStore } from './control-record.ts';
import { MemoryControlStore } from './memory-control-store.ts';

// Apart from the entry, and yet begun at once: every invocation needs it, and it loads while settings are read.
const dynamo = import('./dynamo-control-store.ts');

/** The store of the control record: in the table where one is named, else in memory. */
export async function createControlStore(table: string | undefined): Promise<ControlStore> {
  if (table === undefined) return new MemoryControlStore();
  const { openDynamoControlStore } = await dynamo;
  return openDynamoControlStore(table);
}
