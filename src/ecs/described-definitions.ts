import { DescribeTaskDefinitionCommand, type TaskDefinition } from '@aws-sdk/client-ecs';
import * as z from 'zod/mini';
import { checkAnswer } from './check-answer.ts';
import { isThrottle } from './ecs-errors.ts';
import type { EcsSender } from './retrying-sender.ts';
import { SharedCalls } from './shared-calls.ts';
import { FlowRunError } from '../errors.ts';

/** A run config may name any ARN: a warm sandbox must not grow with them. */
const MAX_KNOWN = 500;

/** What names one revision, which never changes. A family is whatever revision is the latest. */
const REVISION = /:\d+$/;

/** ECS has no error of its own for a definition that does not exist, or for a name that is none. */
const NO_SUCH_DEFINITION: ReadonlySet<string> = new Set(['ClientException', 'InvalidParameterException']);

const text = z.optional(z.string('expected text'));

/** What is read of a definition. */
const definition = z.object({
  containerDefinitions: z.optional(
    z.array(
      z.looseObject({
        name: text,
        secrets: z.optional(z.array(z.object({ name: z.string('expected text') }), 'expected a list')),
      }),
      'expected a list',
    ),
  ),
  executionRoleArn: text,
  taskRoleArn: text,
});

/** Task definitions that users registered. Each revision is described once by a warm sandbox. */
export class DescribedDefinitions {
  readonly #client: EcsSender;
  readonly #known = new Map<string, TaskDefinition>();
  readonly #lookUps = new SharedCalls<TaskDefinition>();

  constructor(client: EcsSender) {
    this.#client = client;
  }

  /**
   * What ECS says of an ARN, a family or a family with a revision. Several callers share one request.
   * @throws FlowRunError when there is no such definition.
   */
  async get(name: string, signal: AbortSignal): Promise<TaskDefinition> {
    return (
      this.#known.get(name) ??
      (await this.#lookUps.join(name, (abortSignal) => this.#describe(name, abortSignal), signal))
    );
  }

  async #describe(name: string, abortSignal: AbortSignal): Promise<TaskDefinition> {
    const described = await this.#ask(name, abortSignal);
    if (!REVISION.test(name)) return described;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(name, described);
    return described;
  }

  async #ask(name: string, abortSignal: AbortSignal): Promise<TaskDefinition> {
    const problem = `task_definition_arn: expected a task definition of this account, but ECS has no ${name}`;
    try {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: name });
      const { taskDefinition } = await this.#client.send(command, { abortSignal });
      if (taskDefinition === undefined) throw new FlowRunError(problem);
      checkAnswer('DescribeTaskDefinition', definition, taskDefinition);
      return taskDefinition;
    } catch (error) {
      if (!(error instanceof Error) || isThrottle(error) || !NO_SUCH_DEFINITION.has(error.name)) throw error;
      throw new FlowRunError(`${problem}: ${error.message}`, { cause: error });
    }
  }
}
