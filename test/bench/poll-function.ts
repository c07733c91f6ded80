import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { startLocalFunction } from '../../src/sandbox/lambda/local-function.ts';
import type { InvocationUsage } from '../../src/sandbox/lambda/protocol.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/poll.mjs', import.meta.url));
const DEPLOYMENT = new URL('../../serverless.yml', import.meta.url);
const ENVIRONMENT = new URL('../../infra/environment.yml', import.meta.url);

const deployment = z.object({ functions: z.object({ poll: z.object({ timeout: z.number() }) }) });
const environment = z.object({ MALLOC_ARENA_MAX: z.string() });

/** The built poll function in a process of its own, with its deployed time-out and one invocation at a time. */
export class PollFunction implements AsyncDisposable {
  /** Of each invocation so far, in order. */
  readonly usages: InvocationUsage[] = [];
  /** How many invocations ended with an error. */
  errors = 0;
  readonly #function;
  #last = Promise.resolve();
  #waiting: Promise<void> | undefined;

  constructor(env: Readonly<Record<string, string>>) {
    const { functions } = deployment.parse(readYaml(DEPLOYMENT));
    this.#function = startLocalFunction({
      functionName: 'poll',
      bundle: BUNDLE,
      env: { ...env, ...environment.parse(readYaml(ENVIRONMENT)) },
      timeoutMs: functions.poll.timeout * 1000,
      onLog: () => undefined,
    });
  }

  /** Invokes it now, or right after the invocation that is running; those who wait for that share one. */
  wake(): Promise<void> {
    if (this.#waiting !== undefined) return this.#waiting;
    this.#waiting = this.#last.then(() => {
      this.#waiting = undefined;
      return this.#invoke();
    });
    this.#last = this.#waiting;
    return this.#last;
  }

  async #invoke(): Promise<void> {
    const { error, usage } = await this.#function.invoke({});
    this.usages.push(usage);
    if (error !== undefined) this.errors++;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#function.close();
  }
}

function readYaml(file: URL): unknown {
  // CloudFormation's own tags are none of ours.
  return parse(readFileSync(file, 'utf8'), { logLevel: 'silent' });
}
