import type * as z from 'zod/mini';
import { allDone } from '../all-done.ts';
import type { Prefect3Client } from './client.ts';
import type { Clock } from '../clock.ts';
import type { Deployment } from './flow-run.ts';
import { PAGE } from './flow-run-rows.ts';
import { Recent } from './recent.ts';
import { deployments, flows } from './schemas.ts';

/** How long what is known of a deployment counts, in milliseconds. */
const MAX_AGE_MS = 60_000;

interface Place<T> {
  readonly kind: 'deployments' | 'flows';
  readonly answer: z.ZodMiniType<readonly T[]>;
  readonly known: Recent<T | undefined>;
}

/** The flows and deployments of flow runs, read in batches and kept for a minute. */
export class Directory {
  readonly #client: Prefect3Client;
  readonly #deployments: Place<z.infer<typeof deployments>[number]>;
  readonly #flows: Place<z.infer<typeof flows>[number]>;

  constructor(client: Prefect3Client, clock: Pick<Clock, 'now'>) {
    this.#client = client;
    this.#deployments = { kind: 'deployments', answer: deployments, known: new Recent(clock, MAX_AGE_MS) };
    this.#flows = { kind: 'flows', answer: flows, known: new Recent(clock, MAX_AGE_MS) };
  }

  /** Reads what is not known of these runs' deployments and flows: none, one or two requests for 200 of either. */
  async load(
    runs: readonly { readonly flow_id: string; readonly deployment_id?: string | null | undefined }[],
    signal: AbortSignal,
  ): Promise<void> {
    const deploymentIds = runs.flatMap(({ deployment_id: id }) => id ?? []);
    const flowIds = runs.map(({ flow_id: id }) => id);
    await allDone([
      this.#read(this.#deployments, deploymentIds, signal),
      this.#read(this.#flows, flowIds, signal),
    ]);
  }

  /** undefined: there is no such deployment, or it is not loaded. */
  deployment(id: string | null | undefined): Deployment | undefined {
    const row = id == null ? undefined : this.#deployments.known.get(id);
    if (row === undefined) return undefined;
    const { name, updated, infra_overrides: overrides } = row;
    const jobVariables = row.job_variables ?? overrides;
    return { id: row.id, name, updated: updated ?? undefined, jobVariables: jobVariables ?? {} };
  }

  /** Without a name where there is no such flow. */
  flow(id: string): { readonly id: string; readonly name: string } {
    return this.#flows.known.get(id) ?? { id, name: '' };
  }

  async #read<T extends { readonly id: string }>(
    { kind, answer, known }: Place<T>,
    wanted: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const ids = [...new Set(wanted)].filter((id) => !known.has(id));
    for (let i = 0; i < ids.length; i += PAGE) {
      const page = ids.slice(i, i + PAGE);
      const name = `${kind}/filter`;
      const body = { [kind]: { id: { any_: page } }, limit: PAGE };
      const found = await this.#client.request(
        { name, method: 'POST', path: `/${name}`, body, answer },
        signal,
      );
      for (const id of page) {
        known.set(
          id,
          found.find((row) => row.id === id),
        );
      }
    }
  }
}
