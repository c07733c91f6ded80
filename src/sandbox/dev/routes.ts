import * as z from 'zod/mini';
import type { FunctionName } from '../lambda/built-functions.ts';
import type { InvocationAnswer } from '../lambda/protocol.ts';
import type { Answer, Message } from '../message.ts';

/** The routes of serverless.yml. */
const ROUTES: Readonly<Record<string, FunctionName>> = { '/api/health': 'health', '/api/poke': 'poke' };

type Invoke = (name: FunctionName, event: unknown) => Promise<Pick<InvocationAnswer, 'result' | 'error'>>;

const result = z.object({
  statusCode: z.number(),
  headers: z._default(z.record(z.string(), z.string()), {}),
  body: z._default(z.string(), ''),
});

/** Answers a request as API Gateway would, with the function of its route. Everybody on this machine counts as signed. */
export async function answerRoute(
  { method = 'GET', url = '/', headers, body }: Message,
  invoke: Invoke,
): Promise<Answer> {
  const { pathname } = new URL(url, 'http://localhost');
  const name = ROUTES[pathname];
  if (name === undefined) return json(404, { message: 'Not Found' });
  const event = {
    version: '2.0',
    rawPath: pathname,
    headers,
    requestContext: {
      http: { method, path: pathname },
      authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/dev' } },
    },
    ...(body !== '' && { body }),
  };
  const { data } = result.safeParse((await invoke(name, event)).result);
  // The function failed, and has logged why.
  if (data === undefined) return json(500, { message: 'Internal Server Error' });
  return { status: data.statusCode, headers: data.headers, body: data.body };
}

function json(status: number, body: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
