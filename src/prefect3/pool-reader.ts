import { allDone } from './all-done.ts';
import type { Prefect3Client } from './client.ts';
import type { Clock } from '../clock.ts';
import { SettingsError } from '../errors.ts';
import { findWorkPool } from './find-work-pool.ts';
import { RecentReads } from './recent-reads.ts';
import { version, workPool } from './schemas.ts';
import { checkWorkPool, type WorkPool } from './work-pool.ts';

/** How long what is known of the pool counts, in milliseconds: as with the genuine worker, by its heartbeats. */
const MAX_POOL_AGE_MS = 30_000;
const MAX_VERSION_AGE_MS = 5 * 60_000;

/** What tasks are made of beside the runs: the pool's template, and the server's version for the default image. */
export interface PoolAndVersion {
  readonly pool: WorkPool;
  readonly version: string;
}

/** Reads the work pool, and the version of the server with it when a task is to be made. */
export class PoolReader {
  readonly #client: Prefect3Client;
  readonly #name: string;
  readonly #pools: RecentReads<WorkPool>;
  readonly #versions: RecentReads<string>;

  constructor(client: Prefect3Client, name: string, clock: Pick<Clock, 'now'>) {
    this.#client = client;
    this.#name = name;
    this.#pools = new RecentReads(clock, MAX_POOL_AGE_MS);
    this.#versions = new RecentReads(clock, MAX_VERSION_AGE_MS);
  }

  /** @throws SettingsError when there is no such pool, or it is none of ECS's; PrefectApiError */
  async pool(signal: AbortSignal): Promise<WorkPool> {
    return this.#pools.read(this.#name, () => this.#read(signal));
  }

  /** @throws SettingsError, PrefectApiError */
  async poolAndVersion(signal: AbortSignal): Promise<PoolAndVersion> {
    const request = {
      name: 'admin/version',
      method: 'GET',
      path: '/admin/version',
      answer: version,
    } as const;
    const [pool, found] = await allDone([
      this.pool(signal),
      // Prefect Cloud tells nobody.
      this.#versions.read('', async () => (await this.#client.find(request, signal)) ?? '3'),
    ]);
    return { pool, version: found };
  }

  async #read(signal: AbortSignal): Promise<WorkPool> {
    const row = await findWorkPool(this.#client, this.#name, workPool, signal);
    if (row === undefined) {
      throw new SettingsError(
        `PREFECT_WORK_POOL: expected the name of a work pool, but the API has no \`${this.#name}\`. ` +
          'Create it with `agent setup-pool`, or name one that there is.',
      );
    }
    const { id, name, type, is_paused: isPaused, base_job_template: template } = row;
    const { job_configuration: job = {}, variables = {} } = template;
    const baseJobTemplate = { job_configuration: job, variables };
    const pool = { id, name, type, isPaused: isPaused ?? false, baseJobTemplate };
    checkWorkPool(pool);
    return pool;
  }
}
