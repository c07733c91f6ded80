import { AwsError, PrefectApiError, SettingsError } from '../errors.ts';
import type { PoolReader } from '../prefect3/pool-reader.ts';
import { apiVerdict } from './api-verdict.ts';
import { type Check, ok, unknown, type Verdict, warning } from './check.ts';

/** Whether the API answers and takes the key, and whether the work pool is one that the agent can serve. */
export function prefect3Checks(reader: PoolReader, api: string): readonly Check[] {
  return [
    {
      name: 'Prefect API',
      run: async (signal) => {
        try {
          const { version } = await reader.poolAndVersion(signal);
          return ok(`${api} answers, version ${version}`);
        } catch (error) {
          // The pool is another question.
          if (error instanceof SettingsError) return ok(`${api} answers`);
          if (error instanceof PrefectApiError || error instanceof AwsError) return apiVerdict(error);
          throw error;
        }
      },
    },
    { name: 'work pool', run: (signal) => poolVerdict(reader, signal) },
  ];
}

async function poolVerdict(reader: PoolReader, signal: AbortSignal): Promise<Verdict> {
  try {
    const { name, type, isPaused } = await reader.pool(signal);
    if (!isPaused) return ok(`${name} is there, of type ${type}`);
    return warning(
      `${name} is paused: its runs stay in the queue`,
      `Resume it: prefect work-pool resume ${name}`,
    );
  } catch (error) {
    // What is wrong with a pool is said with what to do.
    if (error instanceof SettingsError) return { status: 'failed', detail: error.message };
    if (error instanceof PrefectApiError || error instanceof AwsError)
      return unknown('it could not be read: see the check `Prefect API`');
    throw error;
  }
}
