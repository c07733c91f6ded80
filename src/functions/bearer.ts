import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../secret.ts';

/** Whether an Authorization header holds the secret as a bearer token. How long it takes says nothing of the secret. */
export function isBearer(authorization: string | undefined, secret: Secret): boolean {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  return token !== undefined && timingSafeEqual(digest(token), digest(secret.reveal()));
}

/** Of one length, whatever it is made of. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
