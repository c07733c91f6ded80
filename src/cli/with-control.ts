import type { ControlStore } from '../control/control-record.ts';
import { openDynamoControlStore } from '../control/dynamo-control-store.ts';
import { AwsError } from '../errors.ts';
import { toAwsError } from './aws-errors.ts';
import { type ControlOptions, controlTableName } from './deployment-options.ts';

const TIMEOUT_MS = 10_000;

/** Asks something of the control record, with the caller's credentials. @throws AwsError that says what to do */
export async function withControl<T>(
  options: ControlOptions,
  work: (store: ControlStore, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const table = controlTableName(options);
  const store = openDynamoControlStore(table, options);
  try {
    return await work(store, AbortSignal.timeout(TIMEOUT_MS));
  } catch (error) {
    // What is not about the record, or says already what to do.
    if (!(error instanceof AwsError) || error.cause === undefined) throw error;
    const isMissing = error.cause instanceof Error && error.cause.name === 'ResourceNotFoundException';
    const advice = 'Name the table of the deployment with --stage, --table and --region.';
    const attempt = `Writing the control record in the table ${table}`;
    throw toAwsError(attempt, error.cause, isMissing ? advice : undefined);
  }
}
