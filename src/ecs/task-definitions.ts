import {
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  TagResourceCommand,
} from '@aws-sdk/client-ecs';
import pMap from 'p-map';
import * as z from 'zod/mini';
import { CallRate } from './call-rate.ts';
import { checkAnswer } from './check-answer.ts';
import type { Clock } from '../clock.ts';
import { familyOf } from './definition-family.ts';
import { dayOf, hasRoomForLastUsed, LAST_USED, lastUsedOf, withLastUsed } from './last-used.ts';
import type { EcsSender } from './retrying-sender.ts';
import { SharedCalls } from './shared-calls.ts';
import type { TaskDefinitionContent } from '../tasks/task-request.ts';
import type { Logger } from '../logger.ts';
import { timeoutSignal } from '../timeout-signal.ts';

/** Run configs may say anything: a warm sandbox must not grow with them. */
const MAX_KNOWN = 500;

/** How long telling AWS of the use may hold up the end of a batch, in milliseconds. */
const RENEW_TIMEOUT_MS = 3000;
const RENEW_CONCURRENCY = 5;

/** What AWS allows RegisterTaskDefinition, for an account in a region. */
const REGISTRATIONS = { burst: 20, perSecond: 1, isLimit: true };

interface Known {
  readonly arn: string;
  /** The UTC date of the last use that ECS knows of, or that it was told of in vain. */
  usedOn: string;
}

/**
 * Task definitions by their content. Registering is slow (20 at once, then one a second for the whole
 * account), so each distinct definition is registered once, under a family that is the hash of what it says,
 * and found again by that name. What AWS reads back is never compared: it adds defaults.
 */
export class TaskDefinitions {
  readonly #client: EcsSender;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  readonly #lookUps = new SharedCalls<Known>();
  readonly #registrations: CallRate;
  /** Used since the last `renewed`, by family. */
  readonly #used = new Map<string, Known>();

  constructor(client: EcsSender, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
    this.#registrations = new CallRate(clock, REGISTRATIONS);
  }

  /**
   * The ARN of an active definition that says this. Several callers share one request, and each leaves it
   * with its own signal.
   */
  async arnOf(content: TaskDefinitionContent, signal: AbortSignal): Promise<string> {
    const family = familyOf(content);
    const known = this.#known.get(family) ?? (await this.#lookUp(family, content, signal));
    if (known.usedOn < this.#today()) this.#used.set(family, known);
    return known.arn;
  }

  /**
   * Forgets a definition that turned out to be gone: the next launch looks again. What others have found or
   * registered since in its place is kept.
   */
  forget(content: TaskDefinitionContent, arn: string): void {
    const family = familyOf(content);
    if (this.#known.get(family)?.arn !== arn) return;
    this.#known.delete(family);
    this.#used.delete(family);
  }

  /**
   * Tells ECS which definitions were used, each once a day at most: `agent cleanup` deregisters what nobody
   * uses. Meant for the end of a batch, which it holds up by 3 s at most. Never rejects: a day that is missed
   * does no harm.
   */
  async renewed(logger: Logger, signal: AbortSignal): Promise<void> {
    if (this.#used.size === 0) return;
    const used = [...this.#used.values()];
    this.#used.clear();
    const late = new Error(`ECS did not answer within ${RENEW_TIMEOUT_MS} ms`);
    using timeout = timeoutSignal(this.#clock, RENEW_TIMEOUT_MS, late, signal);
    const renewals = await pMap(used, (known) => this.#renew(known, timeout.signal), {
      concurrency: RENEW_CONCURRENCY,
    });
    // Time is up: the next run that uses them tells it.
    if (signal.aborted) return;
    for (const known of used) known.usedOn = this.#today();
    const errors = renewals.filter((error) => error !== undefined);
    if (errors.length === 0) return;
    logger.warn(
      `The tag ${LAST_USED} of ${errors.length} task definition(s) could not be renewed. ` +
        'If that goes on, `agent cleanup` takes them for unused.',
      { error: errors[0] },
    );
  }

  /** @returns what went wrong, undefined when nothing did. */
  async #renew({ arn }: Known, abortSignal: AbortSignal): Promise<unknown> {
    try {
      const tags = [{ key: LAST_USED, value: this.#today() }];
      await this.#client.send(new TagResourceCommand({ resourceArn: arn, tags }), { abortSignal });
      return undefined;
    } catch (error) {
      return error;
    }
  }

  async #lookUp(family: string, content: TaskDefinitionContent, signal: AbortSignal): Promise<Known> {
    const start = async (abortSignal: AbortSignal) => {
      const known =
        (await this.#find(family, abortSignal)) ?? (await this.#register(family, content, abortSignal));
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      this.#known.set(family, known);
      return known;
    };
    return this.#lookUps.join(family, start, signal);
  }

  async #find(family: string, abortSignal: AbortSignal): Promise<Known | undefined> {
    try {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition: family, include: ['TAGS'] });
      const answer = await this.#client.send(command, { abortSignal });
      checkAnswer('DescribeTaskDefinition', described, answer);
      const { taskDefinition, tags } = answer;
      // Deregistered or being deleted: neither can be run.
      if (taskDefinition?.status !== 'ACTIVE') return undefined;
      const arn = required(taskDefinition.taskDefinitionArn, 'DescribeTaskDefinition', family);
      // Where there is no room for the tag, there is nothing to renew.
      return { arn, usedOn: hasRoomForLastUsed(tags) ? (lastUsedOf(tags) ?? '') : NEVER_DUE };
    } catch (error) {
      // ECS has no error of its own for a family that does not exist.
      if (error instanceof Error && error.name === 'ClientException') return undefined;
      throw error;
    }
  }

  async #register(family: string, content: TaskDefinitionContent, abortSignal: AbortSignal): Promise<Known> {
    await this.#registrations.turn(abortSignal);
    const usedOn = this.#today();
    // Two sandboxes may both register it: two revisions that say the same, and either will do.
    const command = new RegisterTaskDefinitionCommand({ ...withLastUsed(content, usedOn), family });
    const answer = await this.#client.send(command, { abortSignal });
    checkAnswer('RegisterTaskDefinition', described, answer);
    const { taskDefinition } = answer;
    return { arn: required(taskDefinition?.taskDefinitionArn, 'RegisterTaskDefinition', family), usedOn };
  }

  #today(): string {
    return dayOf(this.#clock.now());
  }
}

const text = z.optional(z.string('expected text'));

/** What is read of a definition of our own. */
const described = z.object({
  taskDefinition: z.optional(z.object({ taskDefinitionArn: text, status: text })),
  tags: z.optional(z.array(z.object({ key: text, value: text }), 'expected a list')),
});

/** Later than any day. */
const NEVER_DUE = '9999-12-31';

function required(arn: string | undefined, operation: string, family: string): string {
  if (arn === undefined) throw new Error(`${operation} of ${family}: expected an ARN, got none`);
  return arn;
}
