import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { AwsError } from '../../../src/errors.ts';
import { Secret } from '../../../src/secret.ts';
import { apiKeyProvider } from '../../../src/settings/api-key.ts';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prefect-AbCdEf';
const PARAMETER = 'arn:aws:ssm:eu-west-1:123456789012:parameter/prefect/key';

interface Call {
  readonly target: string;
  readonly body: unknown;
}

let server: Server;
let endpoint: string;
let calls: Call[];
/** What the stand-in answers; undefined: nothing, ever. */
let answer: { readonly status?: number; readonly body: unknown } | undefined;

beforeEach(async () => {
  calls = [];
  server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      calls.push({ target: String(request.headers['x-amz-target']), body });
      if (answer === undefined) return;
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(answer.body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function provider(arn: string, clock?: Clock) {
  const config = {
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const deps = { secretsManager: new SecretsManagerClient(config), ssm: new SSMClient(config) };
  return apiKeyProvider({ kind: 'secret', arn }, clock === undefined ? deps : { ...deps, clock });
}

/** Time that stands still until it is moved; no wait ever ends by itself. */
function stoppedClock(): Clock & { nowMs: number } {
  return {
    nowMs: 0,
    now() {
      return this.nowMs;
    },
    sleep: () => new Promise(() => undefined),
  };
}

describe('a key that is given', () => {
  test('is passed on as it is', async () => {
    const value = new Secret('k3y');
    expect(await apiKeyProvider({ kind: 'value', value })()).toBe(value);
    expect(await apiKeyProvider(undefined)()).toBeUndefined();
  });
});

describe('a key in AWS', () => {
  test.each<[string, unknown, unknown]>([
    [SECRET, { SecretString: 'k3y' }, { SecretId: SECRET }],
    [SECRET, { SecretString: 'k3y\n' }, { SecretId: SECRET }],
    [`${SECRET}:key::`, { SecretString: '{"key": "k3y"}' }, { SecretId: SECRET }],
    [`${SECRET}:::`, { SecretString: 'k3y' }, { SecretId: SECRET }],
    [
      `${SECRET}:key:AWSPREVIOUS:v1`,
      { SecretString: '{"key": "k3y"}' },
      { SecretId: SECRET, VersionStage: 'AWSPREVIOUS', VersionId: 'v1' },
    ],
    [PARAMETER, { Parameter: { Value: 'k3y' } }, { Name: PARAMETER, WithDecryption: true }],
  ])('is read from %s answering %j', async (arn, body, sent) => {
    answer = { body };
    expect((await provider(arn)())?.reveal()).toBe('k3y');
    expect(calls).toEqual([
      { target: arn === PARAMETER ? 'AmazonSSM.GetParameter' : 'secretsmanager.GetSecretValue', body: sent },
    ]);
  });

  test('is kept for five minutes', async () => {
    const clock = stoppedClock();
    const key = provider(SECRET, clock);
    answer = { body: { SecretString: 'first' } };
    await key();
    answer = { body: { SecretString: 'rotated' } };
    clock.nowMs = 299_999;
    expect((await key())?.reveal()).toBe('first');
    clock.nowMs = 300_000;
    expect((await key())?.reveal()).toBe('rotated');
    expect(calls).toHaveLength(2);
  });

  test('is looked up again after a failure', async () => {
    const key = provider(SECRET);
    answer = { body: { SecretString: '' } };
    await expect(key()).rejects.toThrow(AwsError);
    answer = { body: { SecretString: 'k3y' } };
    expect((await key())?.reveal()).toBe('k3y');
  });

  test.each<[string, { status?: number; body: unknown }, string]>([
    [SECRET, { body: { SecretString: ' ' } }, 'it is empty'],
    [SECRET, { body: { SecretBinary: 'aHVudGVyMg==' } }, 'it is empty'],
    [SECRET, { body: { SecretString: '{"key": "hunter2"}' } }, 'it is JSON'],
    [`${SECRET}:key::`, { body: { SecretString: 'hunter2' } }, 'it is not JSON'],
    [`${SECRET}:key::`, { body: { SecretString: '{"other": "hunter2"}' } }, 'it has no text under "key"'],
    [
      `${SECRET}:toString::`,
      { body: { SecretString: '{"key": "hunter2"}' } },
      'it has no text under "toString"',
    ],
    [PARAMETER, { body: { Parameter: {} } }, 'it is empty'],
    [
      PARAMETER,
      { status: 400, body: { __type: 'ParameterNotFound', message: 'no such parameter' } },
      'ParameterNotFound: no such parameter',
    ],
    [
      SECRET,
      { status: 400, body: { __type: 'AccessDeniedException', Message: 'not authorized' } },
      'AccessDeniedException: not authorized',
    ],
  ])('%s answering %j is an error that names the ARN and not the key', async (arn, answered, reason) => {
    answer = answered;
    const error: unknown = await provider(arn)().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AwsError);
    expect(String(error)).toContain(arn);
    expect(String(error)).toContain(reason);
    expect(String(error) + String((error as Error).cause)).not.toContain('hunter2');
  });

  test('is not waited for when the signal aborts', async () => {
    answer = undefined;
    const abort = new AbortController();
    const waiting = provider(SECRET)(abort.signal);
    const reason = new Error('the budget is spent');
    setTimeout(() => {
      abort.abort(reason);
    }, 50);
    await expect(waiting).rejects.toBe(reason);
  });

  test('is not waited for longer than five seconds', async () => {
    answer = undefined;
    const clock: Clock = {
      now: () => 0,
      sleep: (ms) => (ms === 5_000 ? Promise.resolve() : new Promise(() => undefined)),
    };
    await expect(provider(SECRET, clock)()).rejects.toThrow('no answer within 5000 ms');
  });
});
