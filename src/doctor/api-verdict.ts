import { type AwsError, PrefectApiError } from '../errors.ts';
import { failed, unknown, type Verdict } from './check.ts';

/** What an error says of the API: it is down, or refuses; or the key for it could not be had. */
export function apiVerdict(error: PrefectApiError | AwsError): Verdict {
  if (!(error instanceof PrefectApiError)) {
    return unknown(
      error.message,
      'The key is read with your own credentials here, and with its role by the function.',
    );
  }
  const { message, status, transient } = error;
  if (status === 401 || status === 403) {
    return failed(
      message,
      'Create a key for the API, and put it into the secret or variable that the settings name.',
    );
  }
  if (transient) {
    return failed(
      message,
      'See that the API runs, and that its address can be reached from here and from the function.',
    );
  }
  // What the API was not asked for is said with what to do.
  return status === undefined
    ? { status: 'failed', detail: message }
    : failed(message, 'Correct the address of the API in the settings.');
}
