import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { DeployedFunction } from './deployed-package.ts';
import type { SkippingClock } from './skipping-clock.ts';

const SKIPPED_TIME = new URL('./skipped-time.mjs', import.meta.url).href;
const API = '/2018-06-01/runtime';

export interface LambdaSandboxOptions {
  readonly deployed: DeployedFunction;
  readonly taskRoot: string;
  /** Path of AWS's runtime client. */
  readonly client: string;
  /** Takes the place of the deployed environment's variables of the same names. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock: SkippingClock;
  /** How long an invocation may last, in milliseconds. */
  readonly timeoutMs: number;
  /** The file descriptor that the function logs to. */
  readonly log: number;
}

/** How an invocation ended: the handler answered or threw, or the process was killed. */
export type InvocationEnd =
  | { readonly kind: 'answered' | 'failed'; readonly body: unknown }
  /** `initialized`: the process had asked for work. */
  | { readonly kind: 'killed'; readonly initialized: boolean }
  | { readonly kind: 'timed-out' };

/** One process of a function and the Runtime API that feeds it, as Lambda has them. It serves one invocation at a time. */
export class LambdaSandbox implements AsyncDisposable {
  readonly #options: LambdaSandboxOptions;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #child: Promise<ChildProcess>;
  #asked = Promise.withResolvers<ServerResponse>();
  #answered = Promise.withResolvers<InvocationEnd>();
  #initialized = false;

  constructor(options: LambdaSandboxOptions) {
    this.#options = options;
    this.#child = this.#start();
  }

  /**
   * Invokes the function; the process is lost when the end is `killed` or `timed-out`.
   * @param killAfterMs when to kill it with SIGKILL, in milliseconds from now; undefined: not at all.
   * @throws Error when the process ended without being killed.
   */
  async invoke(event: unknown, killAfterMs?: number): Promise<InvocationEnd> {
    const { timeoutMs } = this.#options;
    const child = await this.#child;
    this.#answered = Promise.withResolvers();
    const { promise, resolve, reject } = this.#answered;
    const timer = setTimeout(() => {
      const killed = { kind: 'killed', initialized: this.#initialized } as const;
      resolve(killAfterMs === undefined ? { kind: 'timed-out' } : killed);
    }, killAfterMs ?? timeoutMs);
    const died = () => {
      reject(new Error(`The process of ${this.#options.deployed.name} ended by itself.`));
    };
    child.once('exit', died);
    this.#deliver(child, event).catch(reject);
    const end = await promise;
    clearTimeout(timer);
    child.removeListener('exit', died);
    if (end.kind === 'killed' || end.kind === 'timed-out') await this[Symbol.asyncDispose]();
    return end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = await this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #start(): Promise<ChildProcess> {
    const { client, deployed, taskRoot, log } = this.#options;
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    const child = spawn(process.execPath, ['--import', SKIPPED_TIME, client, deployed.handler], {
      cwd: taskRoot,
      env: this.#environment(port),
      stdio: ['ignore', log, log, 'ipc'],
    });
    await once(child, 'spawn');
    return child;
  }

  #environment(port: number): Record<string, string> {
    const { deployed, taskRoot, env } = this.#options;
    const { name, handler, memoryMb } = deployed;
    return {
      ...deployed.env,
      ...env,
      _HANDLER: handler,
      LAMBDA_TASK_ROOT: taskRoot,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: `${memoryMb}`,
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: `[$LATEST]${randomUUID()}`,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      LANG: 'en_US.UTF-8',
      PATH: '/usr/local/bin:/usr/bin:/bin',
      TZ: ':UTC',
    };
  }

  async #deliver(child: ChildProcess, event: unknown): Promise<void> {
    const { clock, deployed, timeoutMs } = this.#options;
    // The function must not begin before its clock is right.
    child.send(clock.aheadMs);
    await once(child, 'message');
    const next = await this.#asked.promise;
    this.#asked = Promise.withResolvers();
    next.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': randomUUID(),
      'lambda-runtime-deadline-ms': `${clock.now() + timeoutMs}`,
      'lambda-runtime-invoked-function-arn': `arn:aws:lambda:us-east-1:123456789012:function:${deployed.name}`,
    });
    next.end(JSON.stringify(event));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '' } = request;
    if (url === `${API}/invocation/next`) {
      this.#initialized = true;
      this.#asked.resolve(response);
      return;
    }
    const body: unknown = JSON.parse(await text(request));
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    this.#answered.resolve({ kind: url.endsWith('/response') ? 'answered' : 'failed', body });
  }
}
