import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startLocalFunction } from '../../../../src/sandbox/lambda/local-function.ts';

/** Invokes a function with this source for a handler. */
async function functionOf(handler: string, env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'function-'));
  const bundle = join(folder, 'bundle.mjs');
  await writeFile(bundle, `export const handler = ${handler};`);
  const onLog = () => undefined;
  const started = startLocalFunction({ functionName: 'f', bundle, env, timeoutMs: 5000, onLog });
  onTestFinished(async () => {
    await started.close();
    await rm(folder, { recursive: true });
  });
  return (event: unknown) => started.invoke(event);
}

test('the first invocation is charged with the start of the process, the following ones are not', async () => {
  const invoke = await functionOf('async () => { const end = Date.now() + 60; while (Date.now() < end); }');
  const [cold, warm] = [await invoke({}), await invoke({})];
  expect(cold.usage.initMs).toBeGreaterThan(0);
  expect(warm.usage.initMs).toBe(0);
  expect(warm.usage.durationMs).toBeGreaterThanOrEqual(59);
});

test('what an invocation held for a moment is in its peak memory', async () => {
  const invoke = await functionOf(
    `async () => { const held = Buffer.alloc(200e6, 1); await new Promise((r) => setTimeout(r, 200)); return held.length; }`,
  );
  const { usage } = await invoke({});
  expect(usage.peakMemoryBytes).toBeGreaterThan(200e6);
});

test('memory of the process that started it is not its own', async () => {
  const held = Buffer.alloc(400e6, 1);
  const invoke = await functionOf('async () => undefined');
  expect((await invoke({})).usage.peakMemoryBytes).toBeLessThan(held.length);
});

test('a function sees its own environment and nothing else', async () => {
  const invoke = await functionOf('async () => process.env', { REGION: 'eu' });
  expect((await invoke({})).result).toEqual({ REGION: 'eu', AWS_LAMBDA_FUNCTION_NAME: 'f' });
});

test('a function that dies is an error that names it', async () => {
  const invoke = await functionOf('async () => process.exit(3)');
  await expect(invoke({})).rejects.toThrow('The function f ended (exit code 3) before it answered.');
});
