import { type Health, healthOf } from '../control/health.ts';
import type { StatusSources } from './read-status.ts';

/** What `GET /api/health` of the deployment says, from the same record. @throws AwsError when it can't be read */
export async function readHealth(
  { deployed, control, clock }: Pick<StatusSources, 'deployed' | 'control' | 'clock'>,
  signal: AbortSignal,
): Promise<Health> {
  const { controlTable, healthMaxAgeMs } = await deployed(signal);
  return healthOf(await control(controlTable).read(signal), healthMaxAgeMs, clock.now());
}
