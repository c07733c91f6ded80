import { describe, expect, test } from 'vitest';
import { deployed } from '../../support/deployed.ts';
import { httpStandIn, json } from '../../support/http-stand-in.ts';
import { never } from '../../support/prefect1.ts';

const SECRET = 'correct-horse-battery-staple';
const WITH_SECRET = {
  PREFECT__CLOUD__AGENT__POKE_SECRET: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:poke-1a2b3c',
};
const SIGNED = { authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/ci' } } };

interface Change {
  readonly method?: string;
  readonly authorization?: string;
  readonly context?: object;
  readonly body?: string;
}

/** The built functions; what is invoked through Lambda is only noted. */
async function withPoke(env: Record<string, string> = {}) {
  const invoked: unknown[] = [];
  const lambda = await httpStandIn(({ url, headers, body }, response) => {
    invoked.push({ url, type: headers['x-amz-invocation-type'], body });
    response.writeHead(202, { 'x-amzn-requestid': 'a-request-id' }).end();
  });
  const secrets = await httpStandIn((_, response) => {
    json(response, 200, { SecretString: `${SECRET}\n` });
  });
  const parts = await deployed();
  const poked = parts.start('poke', {
    AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    PREFECT__CLOUD__AGENT__POLL_FUNCTION: 'the-poll-function',
    ...env,
  });
  const poke = async ({ method = 'POST', authorization, context = SIGNED, body }: Change = {}) => {
    const { result, error } = await poked.invoke({
      version: '2.0',
      headers: { 'user-agent': 'test', ...(authorization !== undefined && { authorization }) },
      requestContext: { http: { method, path: '/api/poke' }, ...context },
      ...(body !== undefined && { body }),
    });
    if (error !== undefined) throw new Error(error.errorMessage);
    const answer = result as { statusCode: number; headers: Record<string, string>; body: string };
    return { ...answer, body: JSON.parse(answer.body) as unknown };
  };
  return { ...parts, poke, invoked };
}

test('a poke invokes the poll function without waiting for it, and answers the request’s id', async () => {
  const { poke, invoked, poll } = await withPoke();
  await poll();
  expect(await poke()).toMatchObject({
    statusCode: 202,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: { status: 'accepted', requestId: 'a-request-id' },
  });
  expect(invoked).toEqual([
    { url: '/2015-03-31/functions/the-poll-function/invocations', type: 'Event', body: {} },
  ]);
});

test('a poke while a poll waits for a later run has it look at once, and starts no second one', async () => {
  const { poke, invoked, poll, sandbox, flow, control } = await withPoke();
  const { prefect1 } = sandbox;
  await poll();
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  const later = prefect1.createFlowRun({ flowId: flow.id, startTime: inSeconds(75 + 9) });
  const reads = prefect1.calls['flow_run'] ?? 0;
  const polling = poll();
  // The sweep's and the look's: what follows is the wait.
  await expect.poll(() => prefect1.calls['flow_run'], { timeout: 5000 }).toBe(reads + 2);
  const { id } = prefect1.createFlowRun({ flowId: flow.id });
  expect(await poke()).toMatchObject({ statusCode: 202, body: { status: 'polling' } });
  await expect.poll(() => prefect1.flowRun(id)?.state, { timeout: 5000 }).not.toBe('Scheduled');
  expect(prefect1.flowRun(later.id)?.state).toBe('Scheduled');
  expect((await polling).result).toMatchObject({ found: 2, claimed: 2, started: 2 });
  expect(invoked).toEqual([]);
  expect(await control.read(never)).toMatchObject({ pokes: 1, pollingUntilMs: undefined });
  expect(await poke()).toMatchObject({ body: { status: 'accepted' } });
}, 30_000);

test('while the agent is paused or leaves Prefect alone a poke says so, and invokes nothing', async () => {
  const { poke, invoked, poll, control, remember } = await withPoke();
  await poll();
  await control.pause({ sinceMs: 0, reason: 'new cluster' }, never);
  expect(await poke()).toMatchObject({
    statusCode: 409,
    body: { status: 'paused', reason: 'Paused since 1970-01-01T00:00:00.000Z: new cluster' },
  });
  await control.pause(undefined, never);
  const notBeforeMs = Date.now() + 600_000;
  await remember({ notBeforeMs });
  const { statusCode, headers, body } = await poke();
  expect(statusCode).toBe(503);
  expect(Number(headers['retry-after'])).toBeGreaterThan(590);
  const reason = `Prefect asked to be left alone until ${new Date(notBeforeMs).toISOString()}.`;
  expect(body).toEqual({ status: 'left-alone', reason });
  // A poll that ends at once for that reason is not taken for one that looks.
  await poll();
  expect((await control.read(never)).pollingUntilMs).toBeUndefined();
  await remember({ notBeforeMs: Date.now() - 1 });
  expect(await poke()).toMatchObject({ statusCode: 202, body: { status: 'accepted' } });
  expect(invoked).toHaveLength(1);
});

describe('without a secret', () => {
  test('the log says who has poked, by the signature', async () => {
    const { poke, logs } = await withPoke();
    await poke({ authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/execute-api/x' });
    await expect.poll(() => logs.length).toBeGreaterThan(0);
    expect(JSON.parse(logs[0] ?? '')).toMatchObject({
      level: 'INFO',
      message: 'Poked',
      by: 'arn:aws:iam::123456789012:user/ci',
    });
    expect(logs.join('\n')).not.toContain('AKIA');
  });

  test('only what API Gateway has authenticated is let in', async () => {
    const { poke, invoked } = await withPoke();
    const refused = { statusCode: 401, headers: { 'www-authenticate': 'AWS4-HMAC-SHA256' } };
    expect(await poke({ context: {} })).toMatchObject(refused);
    expect(await poke({ context: {}, authorization: 'Bearer undefined' })).toMatchObject(refused);
    expect(invoked).toEqual([]);
  });
});

describe('with a secret', () => {
  test.each([
    ['none', undefined],
    ['another', 'Bearer wrong'],
    ['a part', `Bearer ${SECRET.slice(0, -1)}`],
    ['more', `Bearer ${SECRET}s`],
    ['another scheme', `Basic ${SECRET}`],
    ['nothing after the scheme', 'Bearer '],
  ])('who sends %s is not let in, signed or not', async (_, authorization) => {
    const { poke, invoked, control } = await withPoke(WITH_SECRET);
    expect(await poke({ ...(authorization !== undefined && { authorization }) })).toMatchObject({
      statusCode: 401,
      headers: { 'www-authenticate': 'Bearer' },
      body: { status: 'unauthorized' },
    });
    expect(invoked).toEqual([]);
    expect(await control.read(never)).toMatchObject({ pokes: 0 });
  });

  test('who sends it is let in, and nothing of the sender is in the log', async () => {
    const { poke, invoked, logs } = await withPoke(WITH_SECRET);
    expect(await poke({ authorization: `bearer ${SECRET}` })).toMatchObject({ statusCode: 202 });
    expect(invoked).toHaveLength(1);
    await expect.poll(() => logs.length).toBeGreaterThan(0);
    expect(JSON.parse(logs[0] ?? '')).toMatchObject({
      message: 'Poked',
      function_request_id: expect.any(String) as string,
    });
    expect(logs.join('\n')).not.toContain(SECRET);
    expect(logs.join('\n')).not.toContain('user/ci');
  });
});

test.each(['GET', 'HEAD', 'PUT', 'DELETE'])('%s changes nothing, and is told to be POST', async (method) => {
  const { poke, invoked } = await withPoke();
  expect(await poke({ method })).toMatchObject({ statusCode: 405, headers: { allow: 'POST' } });
  expect(invoked).toEqual([]);
});

test('a body is not read, and one of more than 64 KB is refused', async () => {
  const { poke, invoked } = await withPoke();
  expect(await poke({ body: '{"maxPolls": 0}' })).toMatchObject({ statusCode: 202 });
  expect(await poke({ body: 'x'.repeat(64 * 1024 + 1) })).toMatchObject({ statusCode: 413 });
  expect(invoked).toHaveLength(1);
});

test('without the name of the poll function the error says which setting is missing', async () => {
  const { poke } = await withPoke({ PREFECT__CLOUD__AGENT__POLL_FUNCTION: '' });
  await expect(poke()).rejects.toThrow('PREFECT__CLOUD__AGENT__POLL_FUNCTION: expected the name');
});
