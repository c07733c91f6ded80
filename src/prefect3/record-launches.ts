import pMap from 'p-map';
import type { Launch } from '../agent/prefect-backend.ts';
import { CONCURRENT_WRITES, type Prefect3Client } from './client.ts';
import { nothing } from './schemas.ts';

/** Writes into flow runs which tasks run them: the API takes one run at a time. */
export async function recordLaunches(
  { client }: { readonly client: Prefect3Client },
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
  await pMap(launches, record, { concurrency: CONCURRENT_WRITES, stopOnError: false });
}
