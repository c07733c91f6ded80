import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { systemClock, type Clock } from '../clock.ts';
import { describeError } from '../describe-error.ts';
import { AwsError } from '../errors.ts';
import { Secret } from '../secret.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import { type SecretReference, secretReference } from './secret-reference.ts';
import type { ApiKeySource } from './settings.ts';

/** How long a key is kept before it is looked up again: a rotated one takes effect within this time. */
const CACHE_MS = 5 * 60_000;
const TIMEOUT_MS = 5_000;

/** What `apiKeyProvider` reads the key with. */
export interface ApiKeyDeps {
  /** What the key is called in errors. @default "the API key" */
  readonly what?: string;
  /** Default: one for the region in the ARN. */
  readonly secretsManager?: SecretsManagerClient;
  /** Default: one for the region in the ARN. */
  readonly ssm?: SSMClient;
  readonly clock?: Clock;
}

/**
 * Gives the API key; undefined when the source is. A key in Secrets Manager or SSM is looked up within 5 seconds
 * and kept for 5 minutes.
 *
 * @throws AwsError naming the ARN when there is no key to be had; the signal's reason when it aborts
 */
export function apiKeyProvider(
  source: ApiKeySource | undefined,
  deps: ApiKeyDeps = {},
): (signal?: AbortSignal) => Promise<Secret | undefined> {
  if (source?.kind !== 'secret') return () => Promise.resolve(source?.value);
  const { arn } = source;
  const clock = deps.clock ?? systemClock;
  let cached: { readonly key: Secret; readonly untilMs: number } | undefined;
  return async (signal) => {
    if (cached === undefined || clock.now() >= cached.untilMs) {
      const key = await lookUp(arn, { ...deps, clock }, signal);
      cached = { key, untilMs: clock.now() + CACHE_MS };
    }
    return cached.key;
  };
}

async function lookUp(
  arn: string,
  deps: ApiKeyDeps & { clock: Clock },
  signal?: AbortSignal,
): Promise<Secret> {
  signal?.throwIfAborted();
  const timedOut = new Error(`no answer within ${TIMEOUT_MS} ms`);
  using timeout = timeoutSignal(deps.clock, TIMEOUT_MS, timedOut, signal);
  try {
    const reference = secretReference(arn);
    const read = reference.service === 'ssm' ? fromSsm : fromSecretsManager;
    return await read(reference, deps, timeout.signal);
  } catch (error) {
    signal?.throwIfAborted();
    const cause = timeout.signal.aborted ? timedOut : error;
    throw new AwsError(
      `Expected ${deps.what ?? 'the API key'} in ${arn}: ${describeError(cause)}. ` +
        'Check that it is there and that this role may read it.',
      { cause },
    );
  }
}

async function fromSsm(
  reference: SecretReference,
  { ssm }: ApiKeyDeps,
  signal: AbortSignal,
): Promise<Secret> {
  const { readParameter } = await import('./read-parameter.ts');
  return keyFrom(await readParameter(reference, signal, ssm));
}

async function fromSecretsManager(
  reference: SecretReference,
  { secretsManager }: ApiKeyDeps,
  signal: AbortSignal,
): Promise<Secret> {
  const { readSecret } = await import('./read-secret.ts');
  const { jsonKey } = reference;
  const text = await readSecret(reference, signal, secretsManager);
  return keyFrom(jsonKey ? valueUnder(jsonKey, text) : text);
}

/** The text under a key of a JSON object. The error of JSON.parse is dropped, for it quotes the secret. */
function valueUnder(key: string, text = ''): string | undefined {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    throw new TypeError(`it is not JSON, so there is nothing under "${key}"`);
  }
  const value = new Map(Object.entries(object ?? {})).get(key) as unknown;
  if (typeof value !== 'string') throw new TypeError(`it has no text under "${key}"`);
  return value;
}

function keyFrom(text = ''): Secret {
  // A line end that came along with the key would make a header that can't be sent.
  const key = text.trim();
  if (key === '') throw new TypeError('it is empty');
  if (key.startsWith('{'))
    throw new TypeError('it is JSON; a secret is named with the JSON key to take, <arn>:<json-key>::');
  return new Secret(key);
}
