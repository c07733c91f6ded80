import pMap from 'p-map';
import type { Launch } from '../agent/prefect-backend.ts';
import type { Prefect3Client } from './client.ts';
import { nothing } from './schemas.ts';

/** Requests under way at once: a server on SQLite writes one by one. */
const CONCURRENCY = 5;

/** Writes into flow runs which tasks run them: the API takes one run at a time. */
export async function recordLaunches(
  client: Prefect3Client,
  launches: readonly Launch[],
  signal: AbortSignal,
): Promise<void> {
  const record = async ({ flowRunId, infrastructureId }: Launch) => {
    const path = `/flow_runs/${flowRunId}`;
    const body = { infrastructure_pid: infrastructureId };
    await client.request(
      { name: 'infrastructure_pid', method: 'PATCH', path, body, answer: nothing },
      signal,
    );
  };
  await pMap(launches, record, { concurrency: CONCURRENCY, stopOnError: false });
}
