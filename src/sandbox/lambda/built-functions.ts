import { fileURLToPath } from 'node:url';
import { startLocalFunction } from './local-function.ts';
import type { InvocationAnswer } from './protocol.ts';

/** The functions, and their time-outs in serverless.yml, in milliseconds. */
const TIMEOUTS_MS = { poll: 58_000, health: 10_000, poke: 10_000 } as const;

export type FunctionName = keyof typeof TIMEOUTS_MS;

export interface BuiltFunctions extends AsyncDisposable {
  readonly invoke: (name: FunctionName, event: unknown) => Promise<InvocationAnswer>;
}

/** The built functions as processes. @param onLog called with each line and the function that logs it */
export function startBuiltFunctions(
  env: Readonly<Record<string, string>>,
  onLog: (line: string, name: FunctionName) => void,
): BuiltFunctions {
  const start = (name: FunctionName) =>
    startLocalFunction({
      functionName: name,
      bundle: fileURLToPath(new URL(`../../../dist/${name}.mjs`, import.meta.url)),
      env,
      timeoutMs: TIMEOUTS_MS[name],
      onLog: (line) => {
        onLog(line, name);
      },
    });
  const functions = { poll: start('poll'), health: start('health'), poke: start('poke') };
  return {
    invoke: (name, event) => functions[name].invoke(event),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(Object.values(functions).map((started) => started.close()));
    },
  };
}
