import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../clock.ts';
import type { Fault, FaultPlan } from '../faults.ts';
import { type Message, readMessage, type Reply, sendReply } from '../message.ts';
import { playFault } from '../play-fault.ts';
import {
  bodyTooLarge,
  errorAnswer,
  type JsonAnswer,
  MAX_BODY_BYTES,
  operationOf,
  readInput,
  toHttp,
} from './aws-json.ts';
import { EcsError } from './ecs-error.ts';
import type { Operation } from './operation.ts';

/** A request that named an operation and had a body of JSON, whether it was then refused or not. */
export interface EcsRequest {
  readonly operation: string;
  readonly input: unknown;
  /** Milliseconds since the epoch, by the sandbox's clock. */
  readonly at: number;
}

const MAX_REQUESTS = 10_000;

/** Takes the requests, notes them, plays their faults, and has their operations served. */
export class EcsHttp {
  readonly calls: Record<string, number> = {};
  readonly requests: EcsRequest[] = [];
  throttled = 0;
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #clock: Clock;
  readonly #faults: FaultPlan;
  readonly #closing = new AbortController();
  readonly #server = createServer((request, response) => void this.#handle(request, response));

  constructor(operations: ReadonlyMap<string, Operation>, clock: Clock, faults: FaultPlan = () => undefined) {
    this.#operations = operations;
    this.#clock = clock;
    this.#faults = faults;
  }

  /** @returns the endpoint. */
  async listen(port: number): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#closing.abort(new Error('The sandbox was closed.'));
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /** Answers a request as if it came over HTTP. Never rejects. */
  async answer(request: Message): Promise<Reply> {
    try {
      const operation = operationOf(request);
      const input = readInput(request.body);
      const fault = this.#note(operation, input);
      return await playFault({
        fault,
        clock: this.#clock,
        closing: this.#closing.signal,
        serve: () => toHttp(this.#serve(operation, input, fault)),
      });
    } catch (error) {
      return toHttp(errorAnswer(error));
    }
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-amzn-requestid', randomUUID());
    try {
      sendReply(response, await this.answer(await readMessage(request, MAX_BODY_BYTES, bodyTooLarge)));
    } catch (error) {
      sendReply(response, toHttp(errorAnswer(error)));
    }
  }

  #note(operation: string, input: unknown): Fault | undefined {
    const sequence = (this.calls[operation] ?? 0) + 1;
    this.calls[operation] = sequence;
    this.requests.push({ operation, input, at: this.#clock.now() });
    if (this.requests.length > MAX_REQUESTS) this.requests.shift();
    return this.#faults({ service: 'ecs', operation, sequence });
  }

  #serve(operation: string, input: unknown, fault: Fault | undefined): JsonAnswer {
    if (fault?.kind === 'error') {
      const status = /^(Server|InternalFailure|ServiceUnavailable)/.test(fault.type) ? 500 : 400;
      return { status, body: { __type: fault.type, message: fault.message } };
    }
    if (fault?.kind === 'failures' && operation === 'RunTask') {
      return { status: 200, body: { tasks: [], failures: [{ reason: fault.reason }] } };
    }
    try {
      const serve = this.#operations.get(operation);
      if (serve === undefined)
        throw new EcsError('UnknownOperationException', `The sandbox has no ${operation}.`);
      return { status: 200, body: serve(input) };
    } catch (error) {
      if (error instanceof EcsError && error.type === 'ThrottlingException') this.throttled++;
      return errorAnswer(error);
    }
  }
}
