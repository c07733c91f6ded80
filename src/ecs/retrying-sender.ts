import type { ECSClient, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-ecs';
import type { Clock } from '../clock.ts';
import { isThrottle, isTransient } from './ecs-errors.ts';
import { withRetries } from '../with-retries.ts';

type Command<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = Parameters<
  typeof ECSClient.prototype.send<Input, Output>
>[0];

/** What sends a command to ECS: a client, or something that does more about it. */
export interface EcsSender {
  send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    command: Command<Input, Output>,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<Output>;
}

/**
 * Sends commands again that were throttled or got no clear answer. The SDK's own retries know neither the
 * handed-in clock nor, while they wait, the signal. Only for commands that may be sent twice: RunTask is not.
 */
export class RetryingSender implements EcsSender {
  readonly #client: EcsSender;
  readonly #clock: Clock;
  readonly #random: () => number;

  /** @param random from 0 to 1; spreads the attempts of many. Default Math.random. */
  constructor(client: EcsSender, clock: Clock, random: () => number = Math.random) {
    this.#client = client;
    this.#clock = clock;
    this.#random = random;
  }

  async send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    command: Command<Input, Output>,
    { abortSignal }: { readonly abortSignal: AbortSignal },
  ): Promise<Output> {
    return withRetries(() => this.#client.send(command, { abortSignal }), {
      retryAfterMs: (error) => (isThrottle(error) || isTransient(error) ? 0 : undefined),
      clock: this.#clock,
      random: this.#random,
      signal: abortSignal,
    });
  }
}
