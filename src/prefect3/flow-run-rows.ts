import { TOO_LARGE } from '../prefect-api/bounded-fetch.ts';
import type { Prefect3Client } from './client.ts';
import { PrefectApiError } from '../errors.ts';
import { rows } from './schemas.ts';

/** What the API answers at once. */
const PAGE = 200;

/** The rows of certain flow runs, with their states; of those that there are. As many requests as there are pages. */
export async function readFlowRunRows(
  client: Prefect3Client,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  return readByIds(ids, (some) =>
    filterFlowRuns(client, { flow_runs: { id: { any_: some } }, limit: some.length }, signal),
  );
}

/** Reads what some ids name, page by page, and each once. Never without ids: a filter that names none lets all pass. */
export async function readByIds<T>(
  ids: readonly string[],
  readPage: (ids: readonly string[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const distinct = [...new Set(ids)];
  return withSmallerPages(async (limit) => {
    const found: T[] = [];
    for (let i = 0; i < distinct.length; i += limit) {
      found.push(...(await readPage(distinct.slice(i, i + limit))));
    }
    return found;
  });
}

/** Reads with pages of 200, and with ever smaller ones where the parameters of the flow runs are so large. */
export async function withSmallerPages<T>(read: (limit: number) => Promise<T>, limit = PAGE): Promise<T> {
  try {
    return await read(limit);
  } catch (error) {
    if (!(error instanceof PrefectApiError) || error.code !== TOO_LARGE || limit === 1) throw error;
    return withSmallerPages(read, Math.ceil(limit / 8));
  }
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
