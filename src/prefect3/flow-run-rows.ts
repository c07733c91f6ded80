import type { Prefect3Client } from './client.ts';
import { rows } from './schemas.ts';

/** What the API answers at once. */
export const PAGE = 200;

/** The rows of certain flow runs, with their states; of those that there are. As many requests as there are pages. */
export async function readFlowRunRows(
  client: Prefect3Client,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (let i = 0; i < ids.length; i += PAGE) {
    // Never without ids: a filter that names none lets all flow runs pass.
    const filter = { flow_runs: { id: { any_: ids.slice(i, i + PAGE) } } };
    found.push(...(await filterFlowRuns(client, { ...filter, limit: PAGE }, signal)));
  }
  return found;
}

/** One page of the flow runs that a filter lets pass. */
export async function filterFlowRuns(
  client: Prefect3Client,
  body: unknown,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  return client.request(
    { name: 'flow_runs/filter', method: 'POST', path: '/flow_runs/filter', body, answer: rows },
    signal,
  );
}
