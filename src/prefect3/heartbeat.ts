import type { Prefect3Client } from './client.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { nothing } from './schemas.ts';
import { workPoolPath } from './work-pool.ts';

/** What the server is told to expect, in seconds: one for each wake. It gives a worker up after three times this. */
const INTERVAL_S = 60;

/** So long after a heartbeat none is sent, in milliseconds: an invocation sends one, a process two a minute. */
const QUIET_MS = 30_000;

export interface HeartbeatOptions {
  readonly client: Prefect3Client;
  readonly workPool: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** Shows the agent among the workers of the pool. */
export class Heartbeat {
  /** The agent's name; undefined: it has not connected, and is none of the workers. */
  worker: string | undefined;
  readonly #options: HeartbeatOptions;
  #sentMs = -Infinity;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Sends a heartbeat unless the last was a moment ago. Never throws: no run waits for it. */
  async beat(signal: AbortSignal): Promise<void> {
    const { client, workPool, clock, logger } = this.#options;
    if (this.worker === undefined || clock.now() - this.#sentMs < QUIET_MS) return;
    this.#sentMs = clock.now();
    const path = `${workPoolPath(workPool)}/workers/heartbeat`;
    const body = { name: this.worker, heartbeat_interval_seconds: INTERVAL_S };
    try {
      await client.request({ name: 'heartbeat', method: 'POST', path, body, answer: nothing }, signal);
    } catch (error) {
      logger.warn('The heartbeat failed', { error });
    }
  }
}
