import type { ECSClient } from '@aws-sdk/client-ecs';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';

/** Region, credentials and hash of a client of the SDK. */
export type SigningConfig = Pick<ECSClient['config'], 'region' | 'credentials' | 'sha256'>;

export interface SignedPost {
  /** What the signature is for, such as `ec2`. */
  readonly service: string;
  readonly region: string;
  /** Of a root path. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Posts to a service of AWS as its own clients do, for services of which a call or two are needed. */
export async function signedPost(
  { credentials, sha256 }: SigningConfig,
  { service, region, url, headers, body }: SignedPost,
  signal: AbortSignal,
): Promise<Response> {
  const request = new HttpRequest({
    method: 'POST',
    path: '/',
    headers: { host: url.host, ...headers },
    body,
  });
  const signer = new SignatureV4({ service, region, credentials, sha256 });
  const signed = await signer.sign(request);
  return fetch(url, { method: 'POST', headers: signed.headers, body, signal });
}
