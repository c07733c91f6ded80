import pMap from 'p-map';
import type { Clock } from '../clock.ts';
import { describeError } from '../describe-error.ts';
import { endedBy } from '../ended-by.ts';
import { AgentError } from '../errors.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import { type Check, unknown, type Verdict } from './check.ts';

/** Each check has so long, in milliseconds. */
const TIMEOUT_MS = 20_000;

const CONCURRENCY = 6;

const DENIED = /AccessDenied|Unauthorized|not authorized/;

export type CheckResult = Verdict & { readonly name: string };

/** Makes all checks, some at once, each within 20 seconds. Never rejects: a check that throws could not be made. */
export async function runChecks(
  checks: readonly Check[],
  clock: Clock,
  stop: AbortSignal,
): Promise<readonly CheckResult[]> {
  return pMap(checks, (check) => runCheck(check, clock, stop), { concurrency: CONCURRENCY });
}

async function runCheck({ name, run }: Check, clock: Clock, stop: AbortSignal): Promise<CheckResult> {
  const late = new AgentError(`no answer within ${TIMEOUT_MS / 1000} seconds`);
  using timeout = timeoutSignal(clock, TIMEOUT_MS, late, stop);
  try {
    // What does not heed its signal is left behind.
    return { name, ...(await endedBy(run(timeout.signal), timeout.signal)) };
  } catch (error) {
    const text = error instanceof AgentError ? error.message : describeError(error);
    return {
      name,
      ...unknown(
        text,
        DENIED.test(text) ? 'Have this permission added to your role or user to check it.' : undefined,
      ),
    };
  }
}
