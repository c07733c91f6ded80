import type * as z from 'zod/mini';
import { PrefectApiError } from '../errors.ts';
import { NoSuchPathError } from './answer.ts';
import type { Prefect3Client } from './client.ts';
import { workPoolPath } from './work-pool.ts';

/**
 * A pool; undefined: the API has none of that name.
 * @throws PrefectApiError also where the API is not at its address, for every API has pools.
 */
export async function findWorkPool<T>(
  client: Pick<Prefect3Client, 'request'>,
  name: string,
  answer: z.ZodMiniType<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const request = { name: 'work_pools', method: 'GET', path: workPoolPath(name), answer } as const;
  try {
    return await client.request(request, signal);
  } catch (error) {
    const isMissing = error instanceof PrefectApiError && error.status === 404;
    if (isMissing && !(error instanceof NoSuchPathError)) return undefined;
    throw error;
  }
}
