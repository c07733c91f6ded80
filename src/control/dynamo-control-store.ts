import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  type ReturnValue,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { memoryAttributes, numberOf, pauseAttribute, recordOf, stopsAttribute } from './control-item.ts';
import type { ControlRecord, ControlStore, Pause, PollMemory, Stops } from './control-record.ts';
import { describeError } from '../describe-error.ts';
import { AwsError } from '../errors.ts';

const CONNECTION_TIMEOUT_MS = 2000;
const REQUEST_TIMEOUT_MS = 4000;

/** The one item of the table. */
const KEY = { id: { S: 'control' } };

export interface DynamoControlStoreOptions {
  /** @default the AWS configuration's */
  readonly region?: string | undefined;
}

/** The store in a table of the environment's account. */
export function openDynamoControlStore(
  table: string,
  { region }: DynamoControlStoreOptions = {},
): DynamoControlStore {
  const client = new DynamoDBClient({
    ...(region !== undefined && { region }),
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return new DynamoControlStore(client, table);
}

type Update = Pick<
  UpdateItemCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'
>;

/** Keeps the control record as one item of a DynamoDB table whose key is `id`. */
export class DynamoControlStore implements ControlStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async read(abortSignal: AbortSignal): Promise<ControlRecord> {
    // Health asks right after a poll: an answer that is a second old could be wrong.
    const command = new GetItemCommand({ TableName: this.#table, Key: KEY, ConsistentRead: true });
    const { Item } = await this.#orExplain('read', () => this.#client.send(command, { abortSignal }));
    return recordOf(this.#table, Item);
  }

  async begin(untilMs: number, signal: AbortSignal): Promise<ControlRecord> {
    return this.#update('ALL_NEW', updating({ pollingUntilMs: numberOf(untilMs) }), signal);
  }

  async replace(previous: ControlRecord, next: PollMemory, signal: AbortSignal): Promise<boolean> {
    const isPrevious = [
      previous.lastPollMs === undefined ? 'attribute_not_exists(lastPollMs)' : 'lastPollMs = :previous',
      previous.pokes === 0 ? 'attribute_not_exists(pokes)' : 'pokes = :pokes',
    ];
    const known = values({
      ':previous': numberOf(previous.lastPollMs),
      ':pokes': previous.pokes === 0 ? undefined : numberOf(previous.pokes),
    });
    return this.#updateIf(isPrevious.join(' AND '), known, updating(memoryAttributes(next)), signal);
  }

  async poke(signal: AbortSignal): Promise<ControlRecord> {
    const ExpressionAttributeValues = { ':one': { N: '1' } };
    return this.#update('ALL_NEW', { UpdateExpression: 'ADD pokes :one', ExpressionAttributeValues }, signal);
  }

  async pause(pause: Pause | undefined, signal: AbortSignal): Promise<ControlRecord> {
    return this.#update('ALL_OLD', updating({ paused: pause && pauseAttribute(pause) }), signal);
  }

  async replaceStops(
    previous: Stops | undefined,
    next: Stops | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const isPrevious = previous === undefined ? 'attribute_not_exists(stops)' : 'stops.lastMs = :previous';
    const known = values({ ':previous': numberOf(previous?.lastMs) });
    return this.#updateIf(isPrevious, known, updating({ stops: next && stopsAttribute(next) }), signal);
  }

  /** @returns whether the condition held */
  async #updateIf(
    ConditionExpression: string,
    known: Record<string, AttributeValue>,
    { ExpressionAttributeValues, ...update }: Update,
    signal: AbortSignal,
  ): Promise<boolean> {
    const all = { ...ExpressionAttributeValues, ...known };
    const given = Object.keys(all).length > 0 && { ExpressionAttributeValues: all };
    try {
      await this.#update('NONE', { ...update, ConditionExpression, ...given }, signal);
      return true;
    } catch (error) {
      if (error instanceof AwsError && error.cause instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async #update(ReturnValues: ReturnValue, update: Update, abortSignal: AbortSignal): Promise<ControlRecord> {
    const command = new UpdateItemCommand({ TableName: this.#table, Key: KEY, ReturnValues, ...update });
    const { Attributes } = await this.#orExplain('write', () => this.#client.send(command, { abortSignal }));
    return recordOf(this.#table, Attributes);
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
function updating(attributes: Readonly<Record<string, AttributeValue | undefined>>): Update {
  const names = Object.keys(attributes);
  const set = names.filter((name) => attributes[name] !== undefined).map((name) => `${name} = :${name}`);
  const removed = names.filter((name) => attributes[name] === undefined);
  const given = values(Object.fromEntries(names.map((name) => [`:${name}`, attributes[name]])));
  return {
    UpdateExpression: [
      set.length > 0 ? `SET ${set.join(', ')}` : '',
      removed.length > 0 ? `REMOVE ${removed.join(', ')}` : '',
    ].join(' '),
    ...(set.length > 0 && { ExpressionAttributeValues: given }),
  };
}

function values(
  attributes: Readonly<Record<string, AttributeValue | undefined>>,
): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
