import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { InvocationAnswer, InvocationRequest } from './protocol.ts';

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
  /** Invokes the handler and waits for its answer. Rejects when the function's process dies or is late. */
  invoke(event: unknown): Promise<InvocationAnswer>;
  close(): Promise<void>;
}

/** What serverless.yml gives the poll function, in MB. */
export const MEMORY_MB = 192;

/** As Lambda does: the collector of a process that may use a whole machine waits until it has. */
const HEAP_LIMITS = [
  `--max-semi-space-size=${Math.floor(0.05 * MEMORY_MB)}`,
  `--max-old-space-size=${Math.floor(0.9 * MEMORY_MB)}`,
];

const FUNCTION_PROCESS = fileURLToPath(new URL('./function-process.mjs', import.meta.url));

/**
 * Runs the bundle that Lambda runs, in a process with an environment of its own. It is not a Lambda: there is
 * no freezing between invocations, no limit of memory but the heap's, and no service behind it.
 */
export function startLocalFunction(options: LocalFunctionOptions): LocalFunction {
  const { functionName, timeoutMs } = options;
  const child = fork(FUNCTION_PROCESS, [pathToFileURL(options.bundle).href, functionName, `${MEMORY_MB}`], {
    env: { ...options.env, AWS_LAMBDA_FUNCTION_NAME: functionName },
    execArgv: HEAP_LIMITS,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface(stream).on('line', options.onLog);
  }
  const pending = new Map<string, PromiseWithResolvers<InvocationAnswer>>();
  child.on('message', (answer) => {
    const { requestId } = answer as InvocationAnswer;
    pending.get(requestId)?.resolve(answer as InvocationAnswer);
  });
  const fail = (error: Error) => {
    for (const { reject } of pending.values()) reject(error);
  };
  child.on('error', fail);
  const closed = Promise.withResolvers<undefined>();
  child.on('close', (code, signal) => {
    const end = signal ?? `exit code ${String(code)}`;
    fail(new Error(`The function ${functionName} ended (${end}) before it answered.`));
    closed.resolve(undefined);
  });
  const close = async () => {
    child.kill('SIGKILL');
    await closed.promise;
  };
  return {
    invoke: async (event) => {
      const requestId = randomUUID();
      const answer = Promise.withResolvers<InvocationAnswer>();
      pending.set(requestId, answer);
      const request: InvocationRequest = { requestId, event, deadlineMs: Date.now() + timeoutMs };
      child.send(request);
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
