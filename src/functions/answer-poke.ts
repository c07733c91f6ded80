import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import type { PokeAnswer } from '../control/poke.ts';
import type { Secret } from '../secret.ts';
import { isBearer } from './bearer.ts';

/** Nothing of a body is read; one that is larger comes from somebody who means something else. */
const MAX_BODY_BYTES = 64 * 1024;

const httpRequest = z.object({
  requestContext: z.object({
    http: z.object({ method: z.string() }),
    // What API Gateway has learnt of the signature.
    authorizer: z.optional(z.looseObject({ iam: z.optional(z.looseObject({ userArn: z.string() })) })),
  }),
  headers: z.optional(z.looseObject({ authorization: z.optional(z.string()) })),
  body: z.optional(z.string()),
});

type HttpRequest = z.infer<typeof httpRequest>;

interface AnswerPokeOptions {
  /** Gives what callers authenticate with; undefined: API Gateway lets only signed requests through. */
  readonly secret: () => Promise<Secret | undefined>;
  /** @param by ARN of who has signed the request; undefined: it is not signed. */
  readonly poke: (by: string | undefined) => Promise<PokeAnswer>;
  readonly nowMs: number;
}

/** Answers a request to `/api/poke`. @throws what `secret` and `poke` throw */
export async function answerPoke(
  event: unknown,
  { secret, poke, nowMs }: AnswerPokeOptions,
): Promise<APIGatewayProxyStructuredResultV2> {
  const { success, data } = httpRequest.safeParse(event);
  if (!success) return answer(400, { status: 'bad-request' });
  if (data.requestContext.http.method !== 'POST') {
    return answer(405, { status: 'method-not-allowed' }, { allow: 'POST' });
  }
  const held = await secret();
  const refused = refusal(data, held);
  if (refused !== undefined) return refused;
  if (Buffer.byteLength(data.body ?? '') > MAX_BODY_BYTES) return answer(413, { status: 'too-large' });
  // With a secret nobody has looked at a signature.
  const poked = await poke(held === undefined ? data.requestContext.authorizer?.iam?.userArn : undefined);
  switch (poked.status) {
    case 'accepted':
    case 'polling':
      return answer(202, poked);
    case 'paused':
      return answer(409, poked);
    case 'left-alone': {
      const { status, reason, untilMs } = poked;
      const seconds = Math.ceil((untilMs - nowMs) / 1000);
      return answer(503, { status, reason }, { 'retry-after': String(seconds) });
    }
  }
}

function refusal(
  { headers, requestContext }: HttpRequest,
  secret: Secret | undefined,
): APIGatewayProxyStructuredResultV2 | undefined {
  const isAllowed =
    secret === undefined
      ? requestContext.authorizer?.iam !== undefined
      : isBearer(headers?.authorization, secret);
  const scheme = secret === undefined ? 'AWS4-HMAC-SHA256' : 'Bearer';
  return isAllowed ? undefined : answer(401, { status: 'unauthorized' }, { 'www-authenticate': scheme });
}

function answer(
  statusCode: number,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}
