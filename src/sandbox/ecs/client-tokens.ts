import { isDeepStrictEqual } from 'node:util';
import type { RunTaskRequest } from '@aws-sdk/client-ecs';
import type { Clock } from '../../clock.ts';
import { EcsError } from './ecs-error.ts';
import type { Task } from './new-task.ts';

const HOUR_MS = 3_600_000;

interface Use {
  readonly input: RunTaskRequest;
  readonly at: number;
  readonly tasks: readonly Task[];
  readonly answered: readonly Task[];
}

/**
 * What makes RunTask idempotent: which tasks each client token has started, by cluster.
 * A token is forgotten after 24 hours, or an hour after its last task stopped if that is sooner.
 */
export class ClientTokens {
  readonly #clock: Clock;
  readonly #uses = new Map<string, Use>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @returns the original answer when this request was made before; it may name tasks that have stopped since.
   * @throws EcsError (ConflictException) when the token was used for another request.
   */
  find(cluster: string, input: RunTaskRequest): readonly Task[] | undefined {
    const use = this.#uses.get(keyOf(cluster, input));
    if (use === undefined || this.#isForgotten(use)) return undefined;
    if (isDeepStrictEqual(use.input, input)) return use.answered;
    throw new EcsError('ConflictException', 'The client token was used before, with other parameters.', {
      resourceIds: use.tasks.map(({ taskArn }) => taskArn),
    });
  }

  /**
   * @param tasks the tasks as they live on.
   * @param answered the tasks as they were answered.
   */
  remember(cluster: string, input: RunTaskRequest, tasks: readonly Task[], answered: readonly Task[]): void {
    if (input.clientToken === undefined) return;
    this.#uses.set(keyOf(cluster, input), { input, at: this.#clock.now(), tasks, answered });
  }

  #isForgotten({ at, tasks }: Use): boolean {
    const stoppedAt = Math.max(...tasks.map((task) => task.stoppedAt?.getTime() ?? Infinity));
    return this.#clock.now() >= Math.min(at + 24 * HOUR_MS, stoppedAt + HOUR_MS);
  }
}

function keyOf(cluster: string, { clientToken = '' }: RunTaskRequest): string {
  return `${cluster} ${clientToken}`;
}
