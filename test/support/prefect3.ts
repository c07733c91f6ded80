import { onTestFinished } from 'vitest';
import type { LookQuery } from '../../src/agent/prefect-backend.ts';
import { CallCounter } from '../../src/call-counter.ts';
import { systemClock } from '../../src/clock.ts';
import { Prefect3Backend, type Prefect3BackendOptions } from '../../src/prefect3/backend.ts';
import { type Prefect3Options, startPrefect3 } from '../../src/sandbox/prefect3/prefect3-server.ts';
import { template } from './job.ts';
import { impatientClock, never } from './prefect1.ts';
import { RecordingLogger } from './recording-logger.ts';

export const POOL = 'ecs-pool';

/** An embedded API with one pool and one deployment, and a backend that serves the pool. */
export async function prefect3(
  server: Partial<Prefect3Options> = {},
  options: Partial<Prefect3BackendOptions> = {},
) {
  const api = await startPrefect3({ clock: systemClock, seed: 1, ...server });
  onTestFinished(() => api.close());
  api.createWorkPool({ name: POOL, base_job_template: { ...template() } });
  const deployment = api.createDeployment({ jobVariables: { cpu: 256 } });
  const clock = impatientClock();
  const parts = backend3For(api.endpoint, { clock, ...options });
  const { backend } = parts;
  return {
    ...parts,
    api,
    clock,
    deployment,
    /** Due runs, as many. */
    createRuns: (count: number, inMs = 0) =>
      Array.from({ length: count }, () => {
        const scheduledTime = new Date(Date.now() + inMs).toISOString();
        return api.createFlowRun({ deploymentId: deployment.id, scheduledTime }).id;
      }),
    look: async (query: Partial<LookQuery> = {}) => {
      const beforeMs = Date.now() + 1000;
      return backend.look({ labels: [], beforeMs, except: new Set(), ...query }, never);
    },
    /** The names of a run's states, oldest first. */
    statesOf: (id: string) => api.states(id).map(({ name }) => name),
  };
}

/** A backend for any endpoint. */
export function backend3For(endpoint: string, options: Partial<Prefect3BackendOptions> = {}) {
  const logger = new RecordingLogger();
  const calls = new CallCounter();
  const backend = new Prefect3Backend({
    api: endpoint,
    apiKey: () => Promise.resolve(undefined),
    keyKind: 'key',
    workPool: POOL,
    workQueues: [],
    clock: impatientClock(),
    random: () => 0,
    calls,
    logger,
    ...options,
  });
  return { backend, logger, calls };
}
