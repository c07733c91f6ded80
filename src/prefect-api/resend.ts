import { PrefectApiError } from '../errors.ts';

/** A longer Retry-After is not waited for, in milliseconds: the request fails instead. */
export const MAX_RETRY_AFTER_MS = 10_000;

/**
 * Whether a request may be sent again after an unclear answer. `always`: sending it twice does what sending
 * it once does. `unsent`: only when it certainly had no effect.
 */
export type Resend = 'always' | 'unsent';

/** How long to wait at least before sending again, in milliseconds; undefined: it must not be sent again. */
export function resendAfterMs(error: unknown, resend: Resend): number | undefined {
  if (!(error instanceof PrefectApiError) || !error.transient) return undefined;
  const { retryAfterMs = 0, effect } = error;
  if (retryAfterMs > MAX_RETRY_AFTER_MS) return undefined;
  return resend === 'always' || effect === 'none' ? retryAfterMs : undefined;
}
