import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { ControlRecord, ControlStore } from './control-record.ts';
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

const text = z.pipe(
  z.object({ S: z.string('expected a string') }, 'expected a string'),
  z.transform(({ S }) => S),
);

const circuit = z.pipe(
  z.object(
    { M: z.object({ failures: number, reason: text, openedAtMs: z.optional(number) }, 'expected a map') },
    'expected a map',
  ),
  z.transform(({ M }) => ({ ...M, openedAtMs: M.openedAtMs })),
);

const item = z.object({
  lastPollMs: number,
  lastSuccessMs: z.optional(number),
  lastFailure: z.optional(text),
  notBeforeMs: z.optional(number),
  circuit: z.optional(circuit),
});

/** Reasons come from outside and may be long. */
const MAX_TEXT_LENGTH = 1000;

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
    const { lastPollMs, lastSuccessMs, lastFailure, notBeforeMs, circuit: found } = parsed.data;
    return { lastPollMs, lastSuccessMs, lastFailure, notBeforeMs, circuit: found };
  }

  async replace(
    previous: ControlRecord | undefined,
    next: ControlRecord,
    abortSignal: AbortSignal,
  ): Promise<boolean> {
    const command = new UpdateItemCommand({ TableName: this.#table, Key: KEY, ...update(previous, next) });
    return this.#orExplain('write', async () => {
      try {
        await this.#client.send(command, { abortSignal });
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
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

/** An update and not a put: what others keep in the item stays. */
function update(
  previous: ControlRecord | undefined,
  next: ControlRecord,
): Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'> {
  const values: Record<string, AttributeValue> = {};
  const set: string[] = [];
  const remove: string[] = [];
  for (const [name, value] of Object.entries(attributesOf(next))) {
    if (value === undefined) remove.push(name);
    else {
      set.push(`${name} = :${name}`);
      values[`:${name}`] = value;
    }
  }
  if (previous !== undefined) values[':previous'] = numberOf(previous.lastPollMs);
  return {
    UpdateExpression: `SET ${set.join(', ')}${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
    ConditionExpression:
      previous === undefined ? 'attribute_not_exists(lastPollMs)' : 'lastPollMs = :previous',
    ExpressionAttributeValues: values,
  };
}

function attributesOf(record: ControlRecord): Record<keyof ControlRecord, AttributeValue | undefined> {
  const { lastPollMs, lastSuccessMs, lastFailure, notBeforeMs, circuit: open } = record;
  return {
    lastPollMs: numberOf(lastPollMs),
    lastSuccessMs: lastSuccessMs === undefined ? undefined : numberOf(lastSuccessMs),
    lastFailure: lastFailure === undefined ? undefined : textOf(lastFailure),
    notBeforeMs: notBeforeMs === undefined ? undefined : numberOf(notBeforeMs),
    circuit: open && {
      M: {
        failures: numberOf(open.failures),
        reason: textOf(open.reason),
        ...(open.openedAtMs !== undefined && { openedAtMs: numberOf(open.openedAtMs) }),
      },
    },
  };
}

function numberOf(value: number): AttributeValue {
  return { N: String(value) };
}

function textOf(value: string): AttributeValue {
  return { S: value.slice(0, MAX_TEXT_LENGTH) };
}
