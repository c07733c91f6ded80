import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { startLocalFunction } from '../../src/sandbox/lambda/local-function.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { permissionsOf } from './ecs-permissions.ts';
import { httpStandIn, json } from './http-stand-in.ts';
import type { IamRequest } from './iam.ts';
import type { Stack } from './stack.ts';

const environment = z.object({ Environment: z.object({ Variables: z.record(z.string(), z.string()) }) });

/** The built functions with the environment that is deployed, beside a sandbox; every call of theirs is noted. */
export async function notedFunctions(stack: Stack) {
  const sandbox = await startSandbox({ execute: false, ecs: { playMs: 600_000 } });
  onTestFinished(() => sandbox[Symbol.asyncDispose]());
  const others: IamRequest[] = [];
  const ssm = await httpStandIn(({ headers, body }, response) => {
    const { Name } = z.object({ Name: z.string() }).parse(body);
    others.push({ action: `ssm:${String(headers['x-amz-target']).replace(/^.*\./, '')}`, resource: Name });
    json(response, 200, { Parameter: { Value: 'key' } });
  });
  const { Environment } = environment.parse(stack.get('PollLambdaFunction')?.properties);
  const start = (name: string, change: Readonly<Record<string, string>> = {}) => {
    const started = startLocalFunction({
      functionName: name,
      bundle: fileURLToPath(new URL(`../../dist/${name}.mjs`, import.meta.url)),
      env: {
        ...Environment.Variables,
        ...sandbox.functionEnv,
        AWS_ENDPOINT_URL_SSM: ssm.endpoint,
        PREFECT__CLOUD__AGENT__LABELS: '',
        ...change,
      },
      timeoutMs: 30_000,
      onLog: () => undefined,
    });
    onTestFinished(() => started.close());
    return async (event: unknown) => {
      const { result, error } = await started.invoke(event);
      if (error !== undefined) throw new Error(error.errorMessage);
      return result;
    };
  };
  const table = String(stack.get('ControlTable')?.properties['TableName']);
  let ecsSeen = 0;
  let dynamoSeen: typeof sandbox.dynamo.calls = { CreateTable: 1 };
  /** What has been asked of IAM since the last time. */
  const asked = (): readonly IamRequest[] => {
    const requests = sandbox.ecs.requests.slice(ecsSeen);
    ecsSeen = sandbox.ecs.requests.length;
    const { calls } = sandbox.dynamo;
    const dynamo = Object.keys(calls)
      .filter((operation) => calls[operation] !== dynamoSeen[operation])
      .map((operation) => ({
        action: `dynamodb:${operation}`,
        resource: `arn:aws:dynamodb:us-east-1:123456789012:table/${table}`,
      }));
    dynamoSeen = { ...dynamoSeen, ...calls };
    return [
      ...requests.flatMap((request) => permissionsOf(request, sandbox.ecs.taskDefinitions())),
      ...dynamo,
      ...others.splice(0),
    ];
  };
  return { sandbox, start, asked };
}
