import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, readMessage, sendReply } from '../message.ts';
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
  const serve = async (incoming: IncomingMessage): Promise<Answer> => {
    const { body, url = '' } = await readMessage(incoming, MAX_BODY_BYTES, () => new Error('too large'));
    const [, name = '', what] = PATH.exec(url) ?? [];
    const served = functions.get(name);
    if (served === undefined) return refusal(404, 'ResourceNotFoundException', `Function not found: ${name}`);
    if (what === 'configuration') return answer(200, configuration(name, served));
    const { result, error } = await served.invoke(body === '' ? {} : JSON.parse(body));
    return error === undefined
      ? answer(200, result ?? null)
      : answer(200, error, { 'x-amz-function-error': 'Unhandled' });
  };
  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    try {
      sendReply(response, await serve(incoming));
    } catch (error) {
      sendReply(response, refusal(500, 'ServiceException', String(error)));
    }
  };
  const server = createServer((incoming, response) => void handle(incoming, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await Promise.resolve();
  };
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, close, [Symbol.asyncDispose]: close };
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
