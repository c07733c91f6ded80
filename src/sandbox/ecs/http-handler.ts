import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Fault } from '../faults.ts';
import type { Intake } from '../intake.ts';
import type { Message, Reply } from '../message.ts';
import { errorAnswer, type JsonAnswer, operationOf, readInput, toHttp } from './aws-json.ts';
import { EcsError } from './ecs-error.ts';
import type { Operation } from './operation.ts';

/** A request that named an operation and had a body of JSON, whether it was then refused or not. */
export interface RecordedRequest {
  readonly operation: string;
  readonly input: unknown;
  /** Milliseconds since the epoch, by the sandbox's clock. */
  readonly at: number;
}

export interface HttpParts {
  readonly operations: ReadonlyMap<string, Operation>;
  readonly clock: Clock;
  readonly intake: Intake<RecordedRequest>;
}

/** Answers a request. Never rejects. */
export async function answerMessage(
  { operations, clock, intake }: HttpParts,
  message: Message,
): Promise<Reply> {
  try {
    const operation = operationOf(message);
    const input = readInput(message.body);
    return await intake.take({ operation, input, at: clock.now() }, (fault) =>
      toHttp(faultAnswer(operation, fault) ?? serve(operations, operation, input)),
    );
  } catch (error) {
    return toHttp(errorAnswer(error));
  }
}

/** As AWS gives each answer that goes over the wire a name. */
export function withRequestId(reply: Reply): Reply {
  return reply === 'reset'
    ? reply
    : { ...reply, headers: { 'x-amzn-requestid': randomUUID(), ...reply.headers } };
}

function faultAnswer(operation: string, fault: Fault | undefined): JsonAnswer | undefined {
  if (fault?.kind === 'error') {
    const status = /^(Server|InternalFailure|ServiceUnavailable)/.test(fault.type) ? 500 : 400;
    return { status, body: { __type: fault.type, message: fault.message } };
  }
  return fault?.kind === 'failures' && operation === 'RunTask'
    ? { status: 200, body: { tasks: [], failures: [{ reason: fault.reason }] } }
    : undefined;
}

function serve(operations: HttpParts['operations'], operation: string, input: unknown): JsonAnswer {
  try {
    const serveInput = operations.get(operation);
    if (serveInput === undefined) {
      throw new EcsError('UnknownOperationException', `The sandbox has no ${operation}.`);
    }
    return { status: 200, body: serveInput(input) };
  } catch (error) {
    return errorAnswer(error);
  }
}
