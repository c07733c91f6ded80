import type { Checks } from '../../support/checks.ts';
import { checkFlows } from './check-flows.ts';
import { checkLaunchedAhead } from './check-launched-ahead.ts';
import { startInterop } from './interop.ts';

/** Flows of Prefect 1.4.1, by the embedded API. */
export async function checkPrefect1(checks: Checks): Promise<void> {
  await using interop = await startInterop();
  await checkFlows(interop, checks);
  await checkLaunchedAhead(interop, checks);
}
