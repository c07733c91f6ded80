import { HttpResponse, type HttpRequest } from '@smithy/core/protocols';
import type { Message, Reply } from '../../src/sandbox/message.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { Choices } from './choices.ts';
import type { Environment } from './environment.ts';
import type { Mutation } from './mutations.ts';

/** What the SDK's own handler would wait for an answer, in milliseconds. */
const ECS_TIMEOUT_MS = 10_000;

/** A request as it leaves an environment, and what it saw of the answer. */
export interface Exchange {
  readonly service: 'prefect' | 'ecs';
  readonly operation: string;
  /** Of the flow run that a RunTask is for. */
  readonly about: string;
  reply: Reply | 'no answer' | 'under way';
}

export interface NetworkOptions {
  readonly world: VirtualClock;
  readonly choices: Choices;
  /** What a request to Prefect asks for. */
  readonly operationOf: (message: Message) => string;
  readonly answer: Readonly<Record<Exchange['service'], (message: Message) => Promise<Reply>>>;
  readonly onRequest: (exchange: Exchange) => void;
  readonly onReply: (exchange: Exchange) => void;
  readonly mutation: Mutation;
}

/** What connects an environment with the sandboxes: it takes time, and what was sent arrives even if nobody waits. */
export class Network {
  readonly #env: Environment;
  readonly #options: NetworkOptions;

  constructor(env: Environment, options: NetworkOptions) {
    this.#env = env;
    this.#options = options;
  }

  readonly fetch: typeof fetch = async (input, init = {}) => {
    const body = typeof init.body === 'string' ? init.body : '';
    const headers = Object.fromEntries(new Headers(init.headers));
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    const message = { method: init.method ?? 'GET', url: pathname + search, headers, body };
    const { operationOf, mutation } = this.#options;
    const operation = operationOf(message);
    const sent = { ...message, body: mutation.prefectBody?.(operation, body) ?? body };
    const exchange = { service: 'prefect', operation, about: '' } as const;
    const reply = await this.#send(exchange, sent, init.signal ?? undefined);
    if (reply === 'reset') throw new TypeError('fetch failed', { cause: connectionReset() });
    return new Response(reply.body === '' ? null : reply.body, {
      status: reply.status,
      headers: reply.headers,
    });
  };

  /** In the place of the SDK's HTTP handler. */
  readonly requestHandler = {
    handle: async (request: HttpRequest, { abortSignal }: { abortSignal?: AbortSignal } = {}) => {
      const { method, path, headers } = request;
      const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
      const input = JSON.parse(new TextDecoder().decode(request.body as Uint8Array)) as Record<
        string,
        unknown
      >;
      const body = JSON.stringify(this.#options.mutation.ecsInput?.(operation, input) ?? input);
      const startedBy = typeof input.startedBy === 'string' ? input.startedBy : '';
      const about = startedBy.slice(startedBy.indexOf('/') + 1);
      const late = Object.assign(new Error('Request timed out'), { name: 'TimeoutError' });
      const stopped = Object.assign(new Error('Request aborted'), { name: 'AbortError' });
      const timeout = new AbortController();
      const answered = new AbortController();
      this.#env.sleep(ECS_TIMEOUT_MS, answered.signal).then(
        () => {
          timeout.abort(late);
        },
        () => undefined,
      );
      abortSignal?.addEventListener('abort', () => {
        timeout.abort(stopped);
      });
      if (abortSignal?.aborted === true) throw stopped;
      const exchange = { service: 'ecs', operation, about } as const;
      const sent = { method, url: path, headers, body };
      const reply = await this.#send(exchange, sent, timeout.signal).finally(() => {
        answered.abort();
      });
      if (reply === 'reset') throw connectionReset();
      const { status: statusCode, headers: answerHeaders } = reply;
      return {
        response: new HttpResponse({
          statusCode,
          headers: { ...answerHeaders },
          body: Buffer.from(reply.body),
        }),
      };
    },
  };

  async #send(
    kind: Omit<Exchange, 'reply'>,
    message: Message,
    signal = new AbortController().signal,
  ): Promise<Reply> {
    const { onRequest, onReply, mutation } = this.#options;
    await this.#env.step();
    signal.throwIfAborted();
    const exchange: Exchange = { ...kind, reply: 'under way' };
    onRequest(exchange);
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
    try {
      const answered = await Promise.race([this.#travel(kind, message), aborted]);
      await this.#env.step();
      signal.throwIfAborted();
      exchange.reply = mutation.reply?.(kind.service, kind.operation, answered) ?? answered;
    } catch (error) {
      await this.#env.step();
      exchange.reply = 'no answer';
      onReply(exchange);
      throw error;
    }
    onReply(exchange);
    return exchange.reply;
  }

  async #travel({ service }: Omit<Exchange, 'reply'>, message: Message): Promise<Reply> {
    const { world, choices, answer } = this.#options;
    await world.sleep(choices.between(5, 150));
    const reply = await answer[service](message);
    await world.sleep(choices.between(5, 150));
    return reply;
  }
}

function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}
