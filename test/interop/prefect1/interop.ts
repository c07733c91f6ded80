import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { PollResult } from '../../../src/functions/handle-poll.ts';
import { startLocalFunction } from '../../../src/sandbox/lambda/local-function.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { prefectEnvironment } from '../prefect-environment.ts';

const BUNDLE = fileURLToPath(new URL('../../../dist/poll.mjs', import.meta.url));
const FLOWS = fileURLToPath(new URL('./flows.py', import.meta.url));

/** How long the flows may take together, in milliseconds. */
const PATIENCE_MS = 180_000;

interface NewRun {
  readonly parameters?: Record<string, unknown>;
  /** ISO 8601. @default now */
  readonly startTime?: string;
}

/** The built poll function, and the genuine `prefect execute flow-run` of Prefect 1.4.1 for what it launches. */
export interface Interop extends AsyncDisposable {
  readonly api: Sandbox['prefect1'];
  readonly ecs: Sandbox['ecs'];
  /** Where flows leave their traces. */
  readonly directory: string;
  /** Creates a run of a flow of flows.py; answers its id. */
  readonly start: (flow: string, run?: NewRun) => string;
  /** One invocation. @throws Error when it failed */
  readonly invoke: () => Promise<PollResult & { readonly dryRun: false }>;
  /** @throws Error when it does not hold in time */
  readonly until: (what: string, holds: () => boolean) => Promise<void>;
}

export async function startInterop(): Promise<Interop> {
  const programs = await prefectEnvironment('prefect1');
  const directory = await mkdtemp(join(tmpdir(), 'interop-'));
  const sandbox = await startSandbox({
    path: [programs],
    taskEnv: { HOME: directory, PREFECT__USER_CONFIG_PATH: '' },
  });
  const { prefect1: api, ecs } = sandbox;
  await promisify(execFile)(join(programs, 'python'), [FLOWS, directory], { env: { HOME: directory } });
  const serialized = JSON.parse(await readFile(join(directory, 'flows.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  api.createTenant();
  const poll = startLocalFunction({
    functionName: 'poll',
    bundle: BUNDLE,
    env: {
      ...sandbox.functionEnv,
      PREFECT__CLOUD__AGENT__LABELS: 'interop',
      PREFECT__CLOUD__AGENT__ENV_VARS: '{"A": "B"}',
    },
    timeoutMs: 58_000,
    onLog: () => undefined,
  });
  const deadlineMs = Date.now() + PATIENCE_MS;
  return {
    api,
    ecs,
    directory,
    start: (flow, run) => api.createFlowRun({ flowId: api.importFlow(serialized[flow]).id, ...run }).id,
    invoke: async () => {
      const { result, error } = await poll.invoke({});
      if (error !== undefined) throw new Error(`${error.errorType}: ${error.errorMessage}`);
      return result as PollResult & { dryRun: false };
    },
    until: async (what, holds) => {
      while (!holds()) {
        if (Date.now() > deadlineMs) {
          for (const { taskArn } of ecs.tasks())
            process.stdout.write(`${taskArn}:\n${ecs.output(taskArn) ?? ''}\n`);
          throw new Error(`Waited ${PATIENCE_MS / 1000} s in vain: ${what}`);
        }
        await delay(100);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await poll.close();
      await sandbox[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
