import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Prefect1Sandbox } from '../../src/sandbox/prefect1/prefect1-server.ts';
import type { Checks } from '../support/checks.ts';
import { authorization, type Ministack } from './ministack.ts';
import { STACK } from './service.ts';
import { resourcesOf } from './stack-resources.ts';
import { textsOf } from './texts-of.ts';

const PARAMETER = '/prefect/poke';
export const POKE_SECRET_ARN = `arn:aws:ssm:us-east-1:000000000000:parameter${PARAMETER}`;

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Pokes a deployment without a secret, by the address of its HTTP API. */
export async function checkSignedPokes(
  checks: Checks,
  aws: Ministack,
  prefect1: Prefect1Sandbox,
): Promise<void> {
  const send = await pokesOf(aws);
  const signed = { authorization: authorization('execute-api') };
  checks.equal('nobody pokes without a signature', (await send('POST', {})).status, 403);
  // Of a signature MiniStack reads the key alone, and passes on a key that it doesn't know; API Gateway would not.
  const unknown = { authorization: authorization('execute-api', 'nobody') };
  checks.equal('nor as somebody whom IAM does not know', (await send('POST', unknown)).status, 401);
  const bearer = { authorization: 'Bearer secret' };
  checks.equal('nor with a token, where no secret is set', (await send('POST', bearer)).status, 401);
  const get = await send('GET', signed);
  checks.equal('a poke must be a POST', [get.status, get.headers.get('allow')], [405, 'POST']);
  await checkAccepted(checks, 'a signed poke', prefect1, () => send('POST', signed));
}

/** Pokes the deployment with POKE_SECRET_ARN, by the address of its HTTP API. */
export async function checkBearerPokes(
  checks: Checks,
  aws: Ministack,
  prefect1: Prefect1Sandbox,
): Promise<void> {
  const secret = randomBytes(32).toString('base64url');
  await aws.json('ssm', 'AmazonSSM.PutParameter', { Name: PARAMETER, Type: 'SecureString', Value: secret });
  const RoleName = (await resourcesOf(aws, STACK)).get('PokeRole') ?? '';
  checks.equal(
    'with a secret, the role of pokes may read it',
    textsOf(await aws.query('iam', 'ListRolePolicies', { RoleName }), 'member'),
    ['poke', 'read-key'],
  );
  const send = await pokesOf(aws);
  const none = await send('POST', {});
  checks.equal(
    'IAM is asked no more, and the function refuses who has no token',
    [none.status, none.headers.get('www-authenticate')],
    [401, 'Bearer'],
  );
  const wrong = { authorization: `Bearer ${secret}x` };
  checks.equal('or a wrong one', (await send('POST', wrong)).status, 401);
  const right = { authorization: `Bearer ${secret}` };
  await checkAccepted(checks, 'a poke with the secret', prefect1, () => send('POST', right));
}

async function checkAccepted(
  checks: Checks,
  what: string,
  prefect1: Prefect1Sandbox,
  send: () => Promise<Response>,
): Promise<void> {
  const { id } = prefect1.createFlowRun({ flowId: prefect1.createFlow({ name: what }).id });
  const answer = await send();
  const { status, requestId = '' } = z
    .object({ status: z.string(), requestId: z.optional(z.string()) })
    .parse(await answer.json());
  checks.equal(
    `${what} is accepted, under the id of an invocation`,
    [answer.status, status, UUID.test(requestId)],
    [202, 'accepted', true],
  );
  const state = () => prefect1.flowRun(id)?.state;
  for (let looks = 0; looks < 100 && state() !== 'Submitted'; looks++) await delay(100);
  checks.equal('which claims what is due', state(), 'Submitted');
}

/** Sends a request to the route of pokes. */
async function pokesOf(aws: Ministack) {
  const id = (await resourcesOf(aws, STACK)).get('HttpApi') ?? '';
  const url = `${aws.endpoint}/_aws/execute-api/${id}/$default/api/poke`;
  return (method: string, headers: Readonly<Record<string, string>>) => fetch(url, { method, headers });
}
