import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { PollMemory } from '../../src/control/control-record.ts';
import { DynamoControlStore } from '../../src/control/dynamo-control-store.ts';
import type { PollResult } from '../../src/functions/handle-poll.ts';
import type { FaultPlan } from '../../src/sandbox/faults.ts';
import { startLocalFunction } from '../../src/sandbox/lambda/local-function.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import type { Generation } from '../../src/settings/generation.ts';
import { AWS } from './ecs.ts';
import { never } from './prefect1.ts';

const bundle = (name: string): string => fileURLToPath(new URL(`../../dist/${name}.mjs`, import.meta.url));

interface DeployedOptions {
  /** Which Prefect the functions serve. @default 1 */
  readonly generation?: Generation;
  readonly faults?: FaultPlan;
  /** How long an invocation may last, in milliseconds. @default as serverless.yml says */
  readonly timeoutMs?: number;
}

/** The built functions beside a sandbox; `change` is laid over their environment. */
export async function deployed(
  change: Record<string, string> = {},
  { generation = 1, faults = () => undefined, timeoutMs = 58_000 }: DeployedOptions = {},
) {
  const sandbox = await startSandbox({ generation, faults });
  onTestFinished(() => sandbox[Symbol.asyncDispose]());
  const logs: string[] = [];
  const onLog = (line: string) => logs.push(line);
  const env = { ...sandbox.functionEnv, ...change };
  const start = (name: string, own: Record<string, string> = {}) => {
    const started = startLocalFunction({
      functionName: name,
      bundle: bundle(name),
      env: { ...env, ...own },
      timeoutMs,
      onLog,
    });
    onTestFinished(() => started.close());
    return started;
  };
  let poll = start('poll');
  const flow = sandbox.prefect1.createFlow({ name: 'etl' });
  const poke = async (event: unknown = {}) => {
    const { result, error } = await poll.invoke(event);
    return { result: result as PollResult, error };
  };
  /** Each time in a new sandbox: a warm one may answer what it has read some seconds ago. */
  const ask = async () => {
    await using health = start('health');
    const { result } = await health.invoke({ version: '2.0', rawPath: '/api/health' });
    const { statusCode, body } = result as { statusCode: number; body: string };
    return { statusCode, body: JSON.parse(body) as Record<string, unknown> };
  };
  /** What comes next is a new sandbox of the poll function, which remembers nothing. */
  const cool = async () => {
    await poll.close();
    poll = start('poll');
  };
  const { endpoint, table } = sandbox.dynamo;
  const control = new DynamoControlStore(new DynamoDBClient({ ...AWS, endpoint }), table);
  /** Changes what the last poll has left to the next, for tests that can't wait for it. */
  const remember = async (memory: Partial<PollMemory>) => {
    const record = await control.read(never);
    await control.replace(record, { ...record, ...memory }, never);
  };
  return { sandbox, logs, flow, start, poll: poke, health: ask, cool, control, remember };
}
