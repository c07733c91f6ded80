import { onTestFinished } from 'vitest';
import type { AgentIdentity } from '../../src/agent/prefect-backend.ts';
import { CallCounter } from '../../src/call-counter.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { Prefect1Backend, type Prefect1BackendOptions } from '../../src/prefect1/backend.ts';
import { type Prefect1Options, startPrefect1 } from '../../src/sandbox/prefect1/prefect1-server.ts';
import { Secret } from '../../src/secret.ts';
import { RecordingLogger } from './recording-logger.ts';

export const KEY = 'pcu_canary_0123456789';

export const CLAIMANT = { agent: 'agent', invocation: 'invocation-1' };

export const IDENTITY: AgentIdentity = {
  type: 'ECSAgent',
  name: 'agent',
  labels: [],
  agentConfigId: undefined,
};

export const never = new AbortController().signal;

/** The system's clock, on which the waits between attempts pass at once and are kept. */
export function impatientClock(): Clock & { now: () => number; readonly waitsMs: number[] } {
  const waitsMs: number[] = [];
  return {
    waitsMs,
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      // Time-outs of requests are sleeps as well, and must not end at once.
      if (ms >= 15_000) return systemClock.sleep(ms, signal);
      waitsMs.push(ms);
      return Promise.resolve();
    },
  };
}

/** An embedded API with one tenant, and a backend that talks to it. */
export async function prefect1(
  server: Partial<Prefect1Options> = {},
  options: Partial<Prefect1BackendOptions> = {},
) {
  const clock = impatientClock();
  const api = await startPrefect1({ clock: systemClock, seed: 1, ...server });
  onTestFinished(() => api.close());
  api.createTenant();
  return { ...backendFor(api.endpoint, { clock, ...options }), clock, api };
}

/** A backend for any endpoint. */
export function backendFor(endpoint: string, options: Partial<Prefect1BackendOptions> = {}) {
  const logger = new RecordingLogger();
  const calls = new CallCounter();
  const backend = new Prefect1Backend({
    api: endpoint,
    backend: 'server',
    apiKey: () => Promise.resolve(undefined),
    tenantId: undefined,
    clock: impatientClock(),
    random: () => 0,
    calls,
    logger,
    ...options,
  });
  return { backend, logger, calls };
}

/** The options of a backend of Prefect Cloud. */
export const cloud = {
  backend: 'cloud',
  apiKey: () => Promise.resolve(new Secret(KEY)),
} as const;
