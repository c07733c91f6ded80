import type { ECSClient } from '@aws-sdk/client-ecs';
import { describeError } from '../describe-error.ts';
import { AwsError } from '../errors.ts';

const CREDENTIALS =
  'Sign in with `aws sso login`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';

/** What to do about an error of the AWS SDK, by its name or code. */
const ADVICE: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/^CredentialsProviderError$|^TokenProviderError$/, CREDENTIALS],
  [
    /^(Expired|Unrecognized|Invalid)(Token|Client|Signature)|^(InvalidSignature|SignatureDoesNotMatch)/,
    CREDENTIALS,
  ],
  [/^AccessDenied/, 'Have the permission for this action added to your role or user.'],
  [
    /^(TooManyRequests|Throttling)/,
    'The function is busy or the account is at its limit. Try again in a minute.',
  ],
  [/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/, 'Check the region, the network and the endpoint.'],
];

/** An error of the AWS SDK as one that says what to do. `attempt` is what was tried. */
export function toAwsError(attempt: string, error: unknown, advice?: string): AwsError {
  if (error instanceof Error && error.message === 'Region is missing') {
    return new AwsError(`${attempt} needs an AWS region, and none is set. Set AWS_REGION.`, { cause: error });
  }
  const known = ADVICE.find(([pattern]) => namesOf(error).some((name) => pattern.test(name)));
  const todo = advice ?? known?.[1] ?? '';
  const why = describeError(error).replace(/\.?$/, '.');
  return new AwsError(`${attempt} failed: ${why} ${todo}`.trimEnd(), { cause: error });
}

function namesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  return 'code' in error ? [error.name, String(error.code)] : [error.name];
}

/** Sees that there are a region and credentials for what is attempted. @throws AwsError */
export async function checkAws(
  config: Pick<ECSClient['config'], 'region' | 'credentials'>,
  attempt = 'Running ECS tasks',
): Promise<void> {
  try {
    await config.region();
    await config.credentials();
  } catch (error) {
    throw toAwsError(attempt, error);
  }
}
