import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';

const READY_TIMEOUT_MS = 30_000;

/** What MiniStack takes for the owner of its account, 000000000000. */
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };

/** An AWS on this machine, which runs the deployed functions. */
export interface Ministack extends AsyncDisposable {
  readonly endpoint: string;
  /** The environment that points the SDK and the Serverless Framework at it. */
  readonly env: Readonly<Record<string, string>>;
  /** Calls a service in its query protocol; answers XML. @throws Error when it refuses */
  readonly query: (
    service: string,
    action: string,
    input?: Readonly<Record<string, string>>,
  ) => Promise<string>;
  /** Calls a service in its JSON protocol. @throws Error when it refuses */
  readonly json: (service: string, target: string, input?: unknown) => Promise<unknown>;
  /** @throws Error when it refuses */
  readonly get: (service: string, path: string) => Promise<unknown>;
}

/** The header of a request that is signed with a key, the owner's by default. It reads the key, and checks no signature. */
export function authorization(service: string, accessKeyId = CREDENTIALS.AWS_ACCESS_KEY_ID): string {
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}

/** Starts MiniStack on 127.0.0.1. `programs`: of the environment in which it is installed. */
export async function startMinistack(programs: string): Promise<Ministack> {
  const home = await mkdtemp(join(tmpdir(), 'ministack-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  // It hands its whole environment on to the functions, and runs them with the first `node` of its PATH.
  const child = spawn(join(programs, 'ministack'), {
    env: {
      PATH: [dirname(process.execPath), programs, '/usr/bin', '/bin'].join(delimiter),
      HOME: home,
      TMPDIR: home,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: `${port}`,
    },
    stdio: 'ignore',
  });
  const closed = once(child, 'close');
  const close = async () => {
    child.kill();
    await closed;
    await rm(home, { recursive: true, force: true });
  };
  try {
    await untilReady(`${endpoint}/_ministack/ready`);
  } catch (error) {
    await close();
    throw error;
  }
  const send = async (service: string, path: string, init: RequestInit) => {
    const headers = {
      authorization: authorization(service),
      ...(init.headers as Record<string, string> | undefined),
    };
    const response = await fetch(endpoint + path, { ...init, headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${service}: HTTP ${response.status} ${text}`);
    return text;
  };
  return {
    endpoint,
    env: { ...CREDENTIALS, AWS_ENDPOINT_URL: endpoint, HOME: home },
    query: (service, action, input = {}) =>
      send(service, '/', { method: 'POST', body: new URLSearchParams({ Action: action, ...input }) }),
    json: async (service, target, input = {}) => {
      const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' };
      return parse(await send(service, '/', { method: 'POST', headers, body: JSON.stringify(input) }));
    },
    get: async (service, path) => parse(await send(service, path, {})),
    [Symbol.asyncDispose]: close,
  };
}

const parse = (text: string): unknown => JSON.parse(text);

async function untilReady(url: string): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await delay(100);
  }
  throw new Error(`Expected MiniStack to be ready within ${READY_TIMEOUT_MS / 1000} s; it was not.`);
}
