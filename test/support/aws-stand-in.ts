import { onTestFinished } from 'vitest';
import type { Message } from '../../src/sandbox/message.ts';
import { serveLocally } from '../../src/sandbox/serve.ts';
import { stubAws } from './stub-aws.ts';

/** An answer of AWS's: XML as it is, anything else as JSON; `error` is refused with its code. */
export type AwsAnswer = string | { readonly error?: string; readonly [member: string]: unknown };

/** The parameters or the JSON of a request. */
type Input = Readonly<Record<string, unknown>>;

/** Stands for any service of AWS: answers each action as the table says. @returns the environment that points at it */
export async function awsStandIn(
  answers: Readonly<Record<string, AwsAnswer | ((input: Input) => AwsAnswer)>>,
): Promise<Record<string, string>> {
  const { endpoint, close } = await serveLocally({
    answer: (message) => Promise.resolve(reply(message, answers)),
    maxBodyBytes: 1_000_000,
    tooLarge: { status: 413, headers: {}, body: '' },
    closing: new AbortController(),
  });
  onTestFinished(close);
  const services = ['EC2', 'IAM', 'ECR', 'SERVICE_QUOTAS', 'ECS', 'SECRETS_MANAGER', 'SSM'];
  const env = Object.fromEntries(services.map((service) => [`AWS_ENDPOINT_URL_${service}`, endpoint]));
  stubAws(env);
  return env;
}

function reply({ headers, body }: Message, answers: Parameters<typeof awsStandIn>[0]) {
  const target = headers['x-amz-target'];
  const isQuery = target === undefined;
  const input = (isQuery ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body)) as Input;
  const action = String(isQuery ? input['Action'] : target).replace(/^.*\./, '');
  const found = answers[action] ?? { error: 'AccessDeniedException' };
  const answer = typeof found === 'function' ? found(input) : found;
  if (typeof answer === 'string')
    return { status: 200, headers: { 'content-type': 'text/xml' }, body: answer };
  const { error } = answer;
  const json = { 'content-type': 'application/x-amz-json-1.1' };
  if (error === undefined) return { status: 200, headers: json, body: JSON.stringify(answer) };
  return isQuery
    ? {
        status: 400,
        headers: {},
        body: `<Response><Errors><Error><Code>${error}</Code><Message>no</Message></Error></Errors></Response>`,
      }
    : { status: 400, headers: json, body: JSON.stringify({ __type: error, message: 'no' }) };
}
