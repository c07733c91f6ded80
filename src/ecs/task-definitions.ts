import { createHash } from 'node:crypto';
import { DescribeTaskDefinitionCommand, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import type { EcsSender } from './retrying-sender.ts';
import type { TaskDefinitionContent } from '../task-request.ts';

/**
 * Task definitions by their content. Registering is slow (20 at once, then one a second for the whole
 * account), so each distinct definition is registered once, under a family that is the hash of what it says,
 * and found again by that name. What AWS reads back is never compared: it adds defaults.
 */
export class TaskDefinitions {
  readonly #client: EcsSender;
  readonly #arns = new Map<string, Promise<string>>();

  constructor(client: EcsSender) {
    this.#client = client;
  }

  /** The ARN of an active definition that says this. Several callers share one request. */
  async arnOf(content: TaskDefinitionContent, signal: AbortSignal): Promise<string> {
    const family = familyOf(content);
    const known = this.#arns.get(family);
    if (known !== undefined) return known;
    const found = this.#findOrRegister(family, content, signal);
    this.#arns.set(family, found);
    try {
      return await found;
    } catch (error) {
      this.#arns.delete(family);
      throw error;
    }
  }

  /** Forgets a definition that turned out to be gone: the next launch looks again. */
  forget(content: TaskDefinitionContent): void {
    this.#arns.delete(familyOf(content));
  }

  async #findOrRegister(
    family: string,
    content: TaskDefinitionContent,
    abortSignal: AbortSignal,
  ): Promise<string> {
    const found = await this.#find(family, abortSignal);
    if (found !== undefined) return found;
    // Two sandboxes may both register it: two revisions that say the same, and either will do.
    const command = new RegisterTaskDefinitionCommand({ ...content, family });
    const { taskDefinition } = await this.#client.send(command, { abortSignal });
    return required(taskDefinition?.taskDefinitionArn, family);
  }

  async #find(family: string, abortSignal: AbortSignal): Promise<string | undefined> {
    try {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: family });
      const { taskDefinition } = await this.#client.send(command, { abortSignal });
      return taskDefinition?.status === 'ACTIVE' ? taskDefinition.taskDefinitionArn : undefined;
    } catch (error) {
      // ECS has no error of its own for a family that does not exist.
      if (error instanceof Error && error.name === 'ClientException') return undefined;
      throw error;
    }
  }
}

/** The name of a definition: the same for the same content, whatever the order of its keys. */
export function familyOf(content: TaskDefinitionContent): string {
  const hash = createHash('sha256')
    .update(JSON.stringify(sorted(content)))
    .digest('hex');
  return `prefect-${hash.slice(0, 40)}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}

function required(arn: string | undefined, family: string): string {
  if (arn === undefined) throw new Error(`RegisterTaskDefinition of ${family}: expected an ARN, got none`);
  return arn;
}
