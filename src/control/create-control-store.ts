import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ControlStore } from './control-record.ts';
import { DynamoControlStore } from './dynamo-control-store.ts';
import { MemoryControlStore } from './memory-control-store.ts';

const CONNECTION_TIMEOUT_MS = 2000;
const REQUEST_TIMEOUT_MS = 4000;

/** The store of the control record: in the table where one is named, else in memory. */
export function createControlStore(table: string | undefined): ControlStore {
  if (table === undefined) return new MemoryControlStore();
  const client = new DynamoDBClient({
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return new DynamoControlStore(client, table);
}
