import * as z from 'zod/mini';
import type { Prefect3Client } from './client.ts';
import { findWorkPool } from './find-work-pool.ts';
import type { GivenTemplate } from './merge-template.ts';
import { type BaseJobTemplate, workPoolPath } from './work-pool.ts';

const json = z.record(z.string(), z.unknown(), 'expected an object');

/** Whatever else its owners have put into it is kept. */
const workPoolWithAll = z.object({
  type: z.string('expected a string'),
  base_job_template: z.looseObject({
    job_configuration: z.optional(json),
    variables: z.optional(z.looseObject({ properties: z.optional(z.record(z.string(), z.looseObject({}))) })),
  }),
});

/** A pool as its owners have made it. */
export interface OwnedWorkPool {
  readonly type: string;
  readonly template: GivenTemplate;
}

/** Reads and writes work pools. All methods throw `PrefectApiError`. */
export class WorkPools {
  readonly #client: Pick<Prefect3Client, 'request'>;

  constructor(client: Pick<Prefect3Client, 'request'>) {
    this.#client = client;
  }

  /** undefined: there is none of that name. */
  async find(name: string, signal: AbortSignal): Promise<OwnedWorkPool | undefined> {
    const found = await findWorkPool(this.#client, name, workPoolWithAll, signal);
    return found === undefined ? undefined : { type: found.type, template: found.base_job_template };
  }

  /** Creates a pool of type `ecs`. */
  async create(name: string, template: BaseJobTemplate, signal: AbortSignal): Promise<void> {
    const body = { name, type: 'ecs', base_job_template: template };
    const request = { name: 'create-work-pool', method: 'POST', path: '/work_pools/', body } as const;
    await this.#client.request({ ...request, answer: z.unknown() }, signal);
  }

  async update(name: string, template: BaseJobTemplate, signal: AbortSignal): Promise<void> {
    const body = { base_job_template: template };
    const request = { name: 'update-work-pool', method: 'PATCH', path: workPoolPath(name), body } as const;
    await this.#client.request({ ...request, answer: z.unknown() }, signal);
  }
}
