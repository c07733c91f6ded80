import type * as z from 'zod/mini';
import { allDone } from './all-done.ts';
import type { Prefect3Client } from './client.ts';
import type { Deployment } from './flow-run.ts';
import { readByIds } from './flow-run-rows.ts';
import { deployments, flows } from './schemas.ts';

type DeploymentRow = z.infer<typeof deployments>[number];
type FlowRow = z.infer<typeof flows>[number];

/** The flows and deployments of some flow runs, as they are now. */
export class Directory {
  readonly #deployments: ReadonlyMap<string, DeploymentRow>;
  readonly #flows: ReadonlyMap<string, FlowRow>;

  private constructor(known: readonly DeploymentRow[], flowRows: readonly FlowRow[]) {
    this.#deployments = new Map(known.map((row) => [row.id, row]));
    this.#flows = new Map(flowRows.map((row) => [row.id, row]));
  }

  /**
   * Reads the deployments and flows of runs: two requests for 200 of either. They are not kept: who deploys a flow
   * anew and runs it in the next second wants the new image.
   */
  static async of(
    client: Prefect3Client,
    runs: readonly { readonly flow_id: string; readonly deployment_id?: string | null | undefined }[],
    signal: AbortSignal,
  ): Promise<Directory> {
    const deploymentIds = runs.flatMap(({ deployment_id: id }) => id ?? []);
    const flowIds = runs.map(({ flow_id: id }) => id);
    const [known, flowRows] = await allDone([
      readAll(client, { kind: 'deployments', answer: deployments, ids: deploymentIds }, signal),
      readAll(client, { kind: 'flows', answer: flows, ids: flowIds }, signal),
    ]);
    return new Directory(known, flowRows);
  }

  /** undefined: there is no such deployment. */
  deployment(id: string | null | undefined): Deployment | undefined {
    const row = this.#deployments.get(id ?? '');
    if (row === undefined) return undefined;
    const { name, updated, infra_overrides: overrides } = row;
    const limit = row.global_concurrency_limit ?? row.concurrency_limit;
    return {
      id: row.id,
      name,
      updated: updated ?? undefined,
      jobVariables: row.job_variables ?? overrides ?? {},
      isLimited: limit != null,
    };
  }

  /** Without a name where there is no such flow. */
  flow(id: string): { readonly id: string; readonly name: string } {
    return this.#flows.get(id) ?? { id, name: '' };
  }
}

interface Wanted<T> {
  readonly kind: 'deployments' | 'flows';
  readonly answer: z.ZodMiniType<readonly T[]>;
  readonly ids: readonly string[];
}

async function readAll<T>(
  client: Prefect3Client,
  { kind, answer, ids }: Wanted<T>,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const name = `${kind}/filter`;
  return readByIds(ids, (some) => {
    const body = { [kind]: { id: { any_: some } }, limit: some.length };
    return client.request({ name, method: 'POST', path: `/${name}`, body, answer }, signal);
  });
}
