import { DescribeTaskDefinitionCommand, type TaskDefinition } from '@aws-sdk/client-ecs';
import type { EcsSender } from './retrying-sender.ts';
import { FlowRunError } from '../errors.ts';

/** A run config may name any ARN: a warm sandbox must not grow with them. */
const MAX_KNOWN = 500;

/** Task definitions that users registered, described once for each that a warm sandbox meets. */
export class DescribedDefinitions {
  readonly #client: EcsSender;
  readonly #known = new Map<string, TaskDefinition>();

  constructor(client: EcsSender) {
    this.#client = client;
  }

  /**
   * What ECS says of an ARN, a family or a family with a revision.
   * @throws FlowRunError when there is no such definition.
   */
  async get(name: string, abortSignal: AbortSignal): Promise<TaskDefinition> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const described = await this.#describe(name, abortSignal);
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(name, described);
    return described;
  }

  async #describe(name: string, abortSignal: AbortSignal): Promise<TaskDefinition> {
    try {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: name });
      const { taskDefinition } = await this.#client.send(command, { abortSignal });
      if (taskDefinition !== undefined) return taskDefinition;
    } catch (error) {
      // ECS has no error of its own for a definition that does not exist.
      if (!(error instanceof Error) || error.name !== 'ClientException') throw error;
    }
    throw new FlowRunError(
      `task_definition_arn: expected a task definition of this account, but ECS has no ${name}`,
    );
  }
}
