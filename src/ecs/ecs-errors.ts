/** Names of errors with which AWS services refuse a call for its rate. */
const THROTTLES = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/;

/** ECS also says so in the text of an InvalidParameterException, which may name a container called `throttler` too. */
const THROTTLE_TEXT = /rate exceeded|request limit exceeded|too many requests|\bthrottl(ed|ing)/i;

/** Errors that come before anything was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'CredentialsProviderError']);

/** The SDK's own words, for its time-outs have one name. Of other words nobody knows what was sent. */
const NEVER_CONNECTED = /did not establish a connection/;

/** Whether a call was refused for the rate of calls, in whatever disguise. */
export function isThrottle(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return THROTTLES.test(error.name) || (statusOf(error) === 400 && THROTTLE_TEXT.test(error.message));
}

/** Whether the same call may succeed a little later: a server error, a time-out, a lost connection. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = statusOf(error);
  return status === undefined ? error.name !== 'CredentialsProviderError' : status < 400 || status >= 500;
}

/** Whether a call may have had its effect: anything but a clear refusal, and a failure before it was sent. */
export function mayHaveTakenEffect(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  const { code } = error as { code?: unknown };
  if (NEVER_SENT.has(error.name) || (typeof code === 'string' && NEVER_SENT.has(code))) return false;
  if (error.name === 'TimeoutError' && NEVER_CONNECTED.test(error.message)) return false;
  return !isThrottle(error) && isTransient(error);
}

function statusOf(error: Error): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
