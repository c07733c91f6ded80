import type { Answer, Message } from '../message.ts';
import { EcsError } from './ecs-error.ts';

/** An answer in AWS JSON 1.1. Dates in its body are sent as epoch seconds. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

const TARGET = 'AmazonEC2ContainerServiceV20141113.';
/** A larger body is refused. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** @throws EcsError when the request is not one that an AWS client would send. */
export function operationOf(request: Message): string {
  const target = String(request.headers['x-amz-target']);
  if (request.method !== 'POST' || request.url !== '/' || !target.startsWith(TARGET)) {
    throw new EcsError(
      'UnknownOperationException',
      `Expected POST / with the header x-amz-target: ${TARGET}...`,
    );
  }
  // The signature itself is not verified: the sandbox knows no secret keys.
  if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
    throw new EcsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  return target.slice(TARGET.length);
}

export function bodyTooLarge(): EcsError {
  return new EcsError(
    'RequestEntityTooLargeException',
    `Expected a body of ${MAX_BODY_BYTES} bytes at most.`,
  );
}

/** @throws EcsError when the body is no JSON. */
export function readInput(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new EcsError('SerializationException', 'Expected a body of JSON.');
  }
}

export function errorAnswer(error: unknown): JsonAnswer {
  if (error instanceof EcsError) {
    return { status: 400, body: { __type: error.type, message: error.message, ...error.members } };
  }
  return {
    status: 500,
    body: { __type: 'ServerException', message: `A bug of the sandbox: ${String(error)}` },
  };
}

export function toHttp({ status, body }: JsonAnswer): Answer {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(body, datesAsEpochSeconds),
  };
}

function datesAsEpochSeconds(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  // A date's own toJSON has made `value` a string before this is called.
  const original = this[key];
  return original instanceof Date ? original.getTime() / 1000 : value;
}
