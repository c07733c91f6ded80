import { createPrefect3, type Prefect3Options } from '../../../../src/sandbox/prefect3/prefect3-server.ts';
import type { StateInput } from '../../../../src/sandbox/prefect3/state.ts';

const startMs = Date.parse('2026-11-23T08:00:00Z');

/** An API with the pool `ecs-pool`, whose clock moves only by `pass`. */
export function newPrefect3(options: Partial<Prefect3Options> = {}) {
  let nowMs = startMs;
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
  const api = createPrefect3({ clock, seed: 1, ...options });
  const pool = api.createWorkPool();
  const { id: deploymentId } = api.createDeployment();
  return {
    api,
    pool,
    deploymentId,
    pass: (ms: number) => (nowMs += ms),
    /** Creates a run and forces it into one state after the other. */
    run: (...states: readonly StateInput[]): string => {
      const { id } = api.createFlowRun({ deploymentId });
      for (const state of states) api.setFlowRunState(id, state, { force: true });
      return id;
    },
    /** Sends a request as if it came over HTTP. */
    request: async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const reply = await api.answer({ method, url: `/api${path}`, headers, body: text });
      if (reply === 'reset') throw new Error('The connection was reset');
      return {
        status: reply.status,
        body: reply.body === '' ? undefined : (JSON.parse(reply.body) as unknown),
      };
    },
  };
}

/** The moment so many seconds after the clock's start, as the API writes it. */
export function at(seconds: number): string {
  return `${new Date(startMs + seconds * 1000).toISOString().slice(0, 19)}Z`;
}
