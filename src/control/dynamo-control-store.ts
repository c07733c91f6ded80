import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { ControlRecord, ControlStore, PollEnd } from './control-record.ts';
import { describeError } from '../describe-error.ts';
import { describeIssues } from '../describe-issues.ts';
import { AwsError } from '../errors.ts';

const CONNECTION_TIMEOUT_MS = 2000;
const REQUEST_TIMEOUT_MS = 4000;

/** The one item of the table. */
const KEY = { id: { S: 'control' } };

const number = z.pipe(
  z.object({ N: z.string('expected a number') }, 'expected a number'),
  z.transform(({ N }) => Number(N)),
);

const item = z.object({
  lastPollMs: number,
  lastSuccessMs: z.optional(number),
  lastFailure: z.optional(z.object({ S: z.string('expected a string') }, 'expected a string')),
});

/** The store in a table of the environment's account and region. */
export function openDynamoControlStore(table: string): DynamoControlStore {
  const client = new DynamoDBClient({
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return new DynamoControlStore(client, table);
}

/** Keeps the control record as one item of a DynamoDB table whose key is `id`. */
export class DynamoControlStore implements ControlStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async read(abortSignal: AbortSignal): Promise<ControlRecord | undefined> {
    // Health asks right after a poll: an answer that is a second old could be wrong.
    const command = new GetItemCommand({ TableName: this.#table, Key: KEY, ConsistentRead: true });
    const { Item } = await this.#orExplain('read', () => this.#client.send(command, { abortSignal }));
    if (Item === undefined) return undefined;
    const parsed = item.safeParse(Item);
    if (!parsed.success) {
      throw new AwsError(
        `The control record in the table ${this.#table} is damaged: ${describeIssues(parsed.error)}. Delete the item; the next poll writes a new one.`,
      );
    }
    const { lastPollMs, lastSuccessMs, lastFailure } = parsed.data;
    return { lastPollMs, lastSuccessMs, lastFailure: lastFailure?.S };
  }

  async recordPoll({ atMs, failure }: PollEnd, abortSignal: AbortSignal): Promise<void> {
    const changes =
      failure === undefined
        ? { set: 'lastPollMs = :at, lastSuccessMs = :at REMOVE lastFailure', values: {} }
        : { set: 'lastPollMs = :at, lastFailure = :why', values: { ':why': { S: failure.slice(0, 1000) } } };
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: KEY,
      UpdateExpression: `SET ${changes.set}`,
      ConditionExpression: 'attribute_not_exists(lastPollMs) OR lastPollMs < :at',
      ExpressionAttributeValues: { ':at': { N: String(atMs) }, ...changes.values },
    });
    await this.#orExplain('write', async () => {
      try {
        await this.#client.send(command, { abortSignal });
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    });
  }

  async #orExplain<T>(action: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw new AwsError(
        `Could not ${action} the control record in the DynamoDB table ${this.#table}: ${describeError(error)}`,
        { cause: error },
      );
    }
  }
}
