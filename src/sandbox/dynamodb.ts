import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

/** An in-memory DynamoDB with the table of the control record. */
export interface DynamoSandbox extends AsyncDisposable {
  readonly endpoint: string;
  readonly table: string;
  /** How many requests of each operation have come. */
  readonly calls: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** Credentials that every embedded service takes: signatures are not checked. */
export const SANDBOX_CREDENTIALS = { accessKeyId: 'AKIASANDBOX', secretAccessKey: 'sandbox' } as const;

/** Starts a DynamoDB on 127.0.0.1 and creates the control table as infra/control-table.yml does. */
export async function startDynamo(table = 'sandbox-control'): Promise<DynamoSandbox> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: SANDBOX_CREDENTIALS });
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  );
  client.destroy();
  const calls: Record<string, number> = {};
  server.on('request', ({ headers }: IncomingMessage) => {
    const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
    calls[operation] = (calls[operation] ?? 0) + 1;
  });
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await Promise.resolve();
  };
  return { endpoint, table, calls, close, [Symbol.asyncDispose]: close };
}
