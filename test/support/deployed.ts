import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { PollResult } from '../../src/functions/wake.ts';
import type { FaultPlan } from '../../src/sandbox/faults.ts';
import { startLocalFunction } from '../../src/sandbox/lambda/local-function.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';

const bundle = (name: string): string => fileURLToPath(new URL(`../../dist/${name}.mjs`, import.meta.url));

interface DeployedOptions {
  readonly faults?: FaultPlan;
  /** How long an invocation may last, in milliseconds. @default as serverless.yml says */
  readonly timeoutMs?: number;
}

/** The built functions beside a sandbox; `change` is laid over their environment. */
export async function deployed(
  change: Record<string, string> = {},
  { faults = () => undefined, timeoutMs = 58_000 }: DeployedOptions = {},
) {
  const sandbox = await startSandbox({ faults });
  onTestFinished(() => sandbox[Symbol.asyncDispose]());
  const logs: string[] = [];
  const onLog = (line: string) => logs.push(line);
  const env = { ...sandbox.functionEnv, ...change };
  const start = (name: string) => {
    const started = startLocalFunction({
      functionName: name,
      bundle: bundle(name),
      env,
      timeoutMs,
      onLog,
    });
    onTestFinished(() => started.close());
    return started;
  };
  let poll = start('poll');
  const health = start('health');
  const flow = sandbox.prefect1.createFlow({ name: 'etl' });
  const poke = async (event: unknown = {}) => {
    const { result, error } = await poll.invoke(event);
    return { result: result as PollResult, error };
  };
  const ask = async () => {
    const { result } = await health.invoke({ version: '2.0', rawPath: '/api/health' });
    const { statusCode, body } = result as { statusCode: number; body: string };
    return { statusCode, body: JSON.parse(body) as Record<string, unknown> };
  };
  /** What comes next is a new sandbox of the poll function, which remembers nothing. */
  const cool = async () => {
    await poll.close();
    poll = start('poll');
  };
  return { sandbox, logs, flow, poll: poke, health: ask, cool };
}
