import {
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ListClustersCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import type { Clock } from '../clock.ts';
import { FAMILY_PREFIX, OUR_FAMILY } from './definition-family.ts';
import { dayOf, lastUsedOf } from './last-used.ts';
import { listPages } from './list-pages.ts';
import { PatientCalls } from './patient-calls.ts';
import type { EcsSender } from './retrying-sender.ts';

const DAY_MS = 86_400_000;

/** One of our families: its active revisions, and whether they may go. */
export interface FamilyUse {
  readonly family: string;
  readonly arns: readonly string[];
  /** The UTC date on which any of them was last used or registered, YYYY-MM-DD; undefined: there is none. */
  readonly lastUsed: string | undefined;
  /** Why they have to stay; undefined: they are unused. */
  readonly keptBecause: string | undefined;
}

export interface DefinitionCleanupOptions {
  readonly client: EcsSender;
  readonly clock: Clock;
  /** How many days without a use make a family unused: 1 or more. */
  readonly unusedDays: number;
  /** Ends reading and waiting. A deregistration that was sent is waited for. */
  readonly signal: AbortSignal;
}

/**
 * Finds the task definitions that `EcsAgent` has registered and nobody uses any more, and deregisters them.
 * A launch that needs one all the same registers it anew. All methods throw what the SDK throws.
 */
export class DefinitionCleanup {
  readonly #options: DefinitionCleanupOptions;
  readonly #calls: PatientCalls;
  #clusters: Promise<readonly string[]> | undefined;

  constructor(options: DefinitionCleanupOptions) {
    this.#options = options;
    this.#calls = new PatientCalls(options.clock, options.signal);
  }

  /** The families that have an active definition of ours. `isCut`: there are more. */
  async families(): Promise<{ readonly families: readonly string[]; readonly isCut: boolean }> {
    const { client, signal: abortSignal } = this.#options;
    const { items, isCut } = await listPages('ListTaskDefinitionFamilies', async (nextToken) => {
      const command = new ListTaskDefinitionFamiliesCommand({
        familyPrefix: FAMILY_PREFIX,
        status: 'ACTIVE',
        nextToken,
      });
      const page = await this.#calls.call('readDefinitions', () => client.send(command, { abortSignal }));
      return { items: page.families, nextToken: page.nextToken };
    });
    return { families: items.filter((family) => OUR_FAMILY.test(family)), isCut };
  }

  /** What is known of a family now. Of more than 10,000 revisions the latest are looked at. */
  async look(family: string): Promise<FamilyUse> {
    const { client, signal: abortSignal } = this.#options;
    const { items } = await listPages('ListTaskDefinitions', async (nextToken) => {
      const command = new ListTaskDefinitionsCommand({ familyPrefix: family, sort: 'DESC', nextToken });
      const page = await this.#calls.call('readDefinitions', () => client.send(command, { abortSignal }));
      return { items: page.taskDefinitionArns, nextToken: page.nextToken };
    });
    // What AWS calls a prefix is a whole name here. Nothing else may be deregistered if that ever changes.
    const arns = items.filter((arn) => arn.includes(`:task-definition/${family}:`)).reverse();
    const days: string[] = [];
    for (const arn of arns) days.push(await this.#lastUsed(arn));
    const lastUsed = days.sort().at(-1);
    const about = { family, arns, lastUsed };
    if (lastUsed === undefined) return { ...about, keptBecause: 'deregistered meanwhile' };
    const unusedDays = (Date.parse(this.#today()) - Date.parse(lastUsed)) / DAY_MS;
    if (unusedDays < this.#options.unusedDays) return { ...about, keptBecause: usedText(unusedDays) };
    return { ...about, keptBecause: (await this.#hasTask(family)) ? 'a task is running' : undefined };
  }

  /** @param arn an active definition that `look` found unused. */
  async deregister(arn: string): Promise<void> {
    const command = new DeregisterTaskDefinitionCommand({ taskDefinition: arn });
    // Without the signal: what was sent takes effect, and is told as done.
    const abortSignal = new AbortController().signal;
    await this.#calls.call('changeDefinitions', () => this.#options.client.send(command, { abortSignal }));
  }

  async #lastUsed(arn: string): Promise<string> {
    const { client, signal: abortSignal } = this.#options;
    const command = new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ['TAGS'] });
    const { taskDefinition, tags } = await this.#calls.call('readDefinitions', () =>
      client.send(command, { abortSignal }),
    );
    const registered = dayOf(taskDefinition?.registeredAt?.getTime() ?? this.#options.clock.now());
    const used = lastUsedOf(tags) ?? registered;
    return used > registered ? used : registered;
  }

  /** Whether a task of the family is running, or is about to, in any cluster. */
  async #hasTask(family: string): Promise<boolean> {
    const { client, signal: abortSignal } = this.#options;
    this.#clusters ??= this.#listClusters();
    for (const cluster of await this.#clusters) {
      const command = new ListTasksCommand({ cluster, family, desiredStatus: 'RUNNING' });
      const { taskArns = [], nextToken } = await this.#calls.call('readTasks', () =>
        client.send(command, { abortSignal }),
      );
      // An empty page may have a successor that is not empty.
      if (taskArns.length > 0 || nextToken !== undefined) return true;
    }
    return false;
  }

  async #listClusters(): Promise<readonly string[]> {
    const { client, signal: abortSignal } = this.#options;
    const { items } = await listPages('ListClusters', async (nextToken) => {
      const command = new ListClustersCommand({ nextToken });
      const page = await this.#calls.call('readTasks', () => client.send(command, { abortSignal }));
      return { items: page.clusterArns, nextToken: page.nextToken };
    });
    return items;
  }

  #today(): string {
    return dayOf(this.#options.clock.now());
  }
}

function usedText(days: number): string {
  if (days <= 0) return 'used today';
  return days === 1 ? 'used yesterday' : `used ${days} days ago`;
}
