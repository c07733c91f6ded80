import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { InvocationAnswer, InvocationRequest, WorkerSetup } from './protocol.ts';

export interface LocalFunctionOptions {
  readonly functionName: string;
  /** Path of the bundle that exports `handler`. */
  readonly bundle: string;
  /** The whole environment of the function: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** How long an invocation may last, in milliseconds. */
  readonly timeoutMs: number;
  /** Called with each line that the function logs. */
  readonly onLog: (line: string) => void;
}

/** A bundle that stays warm from one invocation to the next. */
export interface LocalFunction extends AsyncDisposable {
  /** Invokes the handler and waits for its answer. Rejects when the function's thread dies or is late. */
  invoke(event: unknown): Promise<InvocationAnswer>;
  close(): Promise<void>;
}

/**
 * Runs the bundle that Lambda runs, in a thread with an environment of its own. It is not a Lambda: there is
 * no freezing between invocations, no memory limit and no service behind it.
 */
export function startLocalFunction(options: LocalFunctionOptions): LocalFunction {
  const { functionName, timeoutMs } = options;
  const workerData: WorkerSetup = { bundle: pathToFileURL(options.bundle).href, functionName };
  const env = { ...options.env, AWS_LAMBDA_FUNCTION_NAME: functionName };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData,
    env,
    stdout: true,
    stderr: true,
  });
  for (const stream of [worker.stdout, worker.stderr]) createInterface(stream).on('line', options.onLog);
  const pending = new Map<string, PromiseWithResolvers<InvocationAnswer>>();
  worker.on('message', (answer: InvocationAnswer) => {
    pending.get(answer.requestId)?.resolve(answer);
  });
  const fail = (error: Error) => {
    for (const { reject } of pending.values()) reject(error);
  };
  worker.on('error', fail);
  worker.on('exit', (code) => {
    fail(new Error(`The function ${functionName} ended with exit code ${code} before it answered.`));
  });
  const close = async () => {
    await worker.terminate();
  };
  return {
    invoke: async (event) => {
      const requestId = randomUUID();
      const answer = Promise.withResolvers<InvocationAnswer>();
      pending.set(requestId, answer);
      const request: InvocationRequest = { requestId, event, deadlineMs: Date.now() + timeoutMs };
      worker.postMessage(request);
      const timer = setTimeout(() => {
        answer.reject(new Error(`The function ${functionName} timed out after ${timeoutMs} ms.`));
      }, timeoutMs);
      try {
        return await answer.promise;
      } finally {
        clearTimeout(timer);
        pending.delete(requestId);
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
