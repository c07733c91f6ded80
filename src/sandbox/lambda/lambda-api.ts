import { randomUUID } from 'node:crypto';
import type { Answer, Message } from '../message.ts';
import { serveLocally } from '../serve.ts';
import type { InvocationAnswer } from './protocol.ts';

/** A function as Lambda's API shows it. */
export interface ServedFunction {
  readonly env: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly invoke: (event: unknown) => Promise<Pick<InvocationAnswer, 'result' | 'error'>>;
}

export interface LambdaApi extends AsyncDisposable {
  readonly endpoint: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 1024 * 1024;
const PATH = /^\/2015-03-31\/functions\/([\w-]+)\/(configuration|invocations)$/;

/** Serves GetFunctionConfiguration and Invoke of local functions on 127.0.0.1. */
export async function startLambdaApi(functions: ReadonlyMap<string, ServedFunction>): Promise<LambdaApi> {
  const serve = async ({ body, headers, url = '' }: Message): Promise<Answer> => {
    const [, name = '', what] = PATH.exec(url) ?? [];
    const served = functions.get(name);
    if (served === undefined) return refusal(404, 'ResourceNotFoundException', `Function not found: ${name}`);
    if (what === 'configuration') return answer(200, configuration(name, served));
    const invoked = served.invoke(body === '' ? {} : JSON.parse(body));
    if (headers['x-amz-invocation-type'] === 'Event') {
      // Nobody waits for it: it has logged why it failed.
      invoked.catch(() => undefined);
      return { status: 202, headers: { 'x-amzn-requestid': randomUUID() }, body: '' };
    }
    const { result, error } = await invoked;
    return error === undefined
      ? answer(200, result ?? null)
      : answer(200, error, { 'x-amz-function-error': 'Unhandled' });
  };
  const { endpoint, close } = await serveLocally({
    answer: (message) =>
      serve(message).catch((error: unknown) => refusal(500, 'ServiceException', String(error))),
    maxBodyBytes: MAX_BODY_BYTES,
    tooLarge: refusal(413, 'RequestTooLargeException', 'The event is too large.'),
    closing: new AbortController(),
  });
  return { endpoint, close, [Symbol.asyncDispose]: close };
}

function configuration(FunctionName: string, { env, logGroup }: ServedFunction): unknown {
  return { FunctionName, Environment: { Variables: env }, LoggingConfig: { LogGroup: logGroup } };
}

function refusal(status: number, type: string, message: string): Answer {
  return answer(status, { Message: message }, { 'x-amzn-errortype': type });
}

function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
