import { fileURLToPath } from 'node:url';
import { type LocalFunction, startLocalFunction } from '../lambda/local-function.ts';

/** The functions, and their time-outs in serverless.yml, in milliseconds. */
const TIMEOUTS_MS = { poll: 58_000, health: 10_000, poke: 10_000 } as const;

export type DevFunctionName = keyof typeof TIMEOUTS_MS;

export interface DevFunctions extends AsyncDisposable {
  readonly get: (name: DevFunctionName) => LocalFunction;
}

/** The built functions as processes. @param onLog called with each line and the function that logs it */
export function startDevFunctions(
  env: Readonly<Record<string, string>>,
  onLog: (name: DevFunctionName, line: string) => void,
): DevFunctions {
  const start = (name: DevFunctionName): LocalFunction =>
    startLocalFunction({
      functionName: name,
      bundle: fileURLToPath(new URL(`../../../dist/${name}.mjs`, import.meta.url)),
      env,
      timeoutMs: TIMEOUTS_MS[name],
      onLog: (line) => {
        onLog(name, line);
      },
    });
  const functions = { poll: start('poll'), health: start('health'), poke: start('poke') };
  return {
    get: (name) => functions[name],
    [Symbol.asyncDispose]: async () => {
      await Promise.all(Object.values(functions).map((started) => started.close()));
    },
  };
}
