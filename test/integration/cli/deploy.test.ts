import { expect, onTestFinished, test, vi } from 'vitest';
import type { CliIo } from '../../../src/cli/cli-io.ts';
import { type ServedFunction, startLambdaApi } from '../../../src/sandbox/lambda/lambda-api.ts';
import { type AwsAnswer, awsStandIn } from '../../support/aws-stand-in.ts';
import { cli } from '../../support/cli.ts';
import { deployed } from '../../support/deployed.ts';
import { stagesFolder } from '../../support/stages.ts';

const FUNCTION = 'serverless-prefect-agent-prod-poll';
const LOG_GROUP = `/aws/lambda/${FUNCTION}`;

const GOOD: Readonly<Record<string, AwsAnswer>> = {
  GetServiceQuota: { Quota: { Value: 100 } },
};

interface Setting {
  readonly answers?: Readonly<Record<string, AwsAnswer>>;
  /** Added to the stage's file. */
  readonly parameters?: string;
  /** Laid over the environment of the functions that are deployed. */
  readonly change?: Record<string, string>;
  /** What the Serverless Framework ends with. */
  readonly exit?: number;
}

/** A stage whose Prefect API is the sandbox's, and a Serverless Framework that deploys the built functions beside it. */
async function setUp({ answers = {}, parameters = '', change, exit = 0 }: Setting = {}) {
  const { sandbox, poll, flow } = await deployed(change);
  const env = await awsStandIn({ ...GOOD, ...answers });
  const functions = new Map<string, ServedFunction>();
  const lambda = await startLambdaApi(functions);
  onTestFinished(() => lambda.close());
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', lambda.endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', sandbox.dynamo.endpoint);
  const calls: (readonly string[])[] = [];
  const serverless: CliIo['deployer']['serverless'] = (args) => {
    calls.push(args);
    const invoke = async (event: unknown) => {
      const { result, error } = await poll(event);
      return error === undefined ? { result } : { error };
    };
    if (exit === 0) functions.set(FUNCTION, { env: sandbox.functionEnv, logGroup: LOG_GROUP, invoke });
    return Promise.resolve(exit);
  };
  const stages = await stagesFolder({
    prod: `PREFECT__BACKEND: server\nPREFECT__CLOUD__API: ${sandbox.prefect1.endpoint}\n${parameters}`,
  });
  const deploy = (...argv: string[]) =>
    cli(['deploy', '--stage', 'prod', ...argv], env, { stages, serverless });
  return { sandbox, flow, calls, deploy };
}

test('a stage is checked, deployed with its parameters, polled once, and found healthy', async () => {
  const { sandbox, flow, calls, deploy } = await setUp();
  sandbox.prefect1.createFlowRun({ flowId: flow.id });
  const { code, out } = await deploy('--param', 'memoryMb=256');
  expect(code).toBe(0);
  expect(calls).toEqual([['deploy', '--stage', 'prod', '--region', 'us-east-1', '--param', 'memoryMb=256']]);
  expect(out).toMatch(/^ok +Prefect API +http:\S+ answers/m);
  expect(out).toMatch(/1 found, 1 claimed, 1 started\.$/m);
  expect(out).toMatch(/^Health {2}healthy\n$/m);
});

test('what the deployment makes by itself is not asked of AWS', async () => {
  const { deploy } = await setUp({ answers: { DescribeClusters: { clusters: [] } } });
  const { code, out } = await deploy();
  expect(code).toBe(0);
  expect(out).toMatch(/^ok +ECS cluster +none is named: the deployment makes it$/m);
  expect(out).toMatch(/^ok +execution role +none is named: the deployment makes it$/m);
});

const CLUSTER = 'PREFECT__CLOUD__AGENT__ECS__CLUSTER';

test.each([
  ['of the file', { parameters: `${CLUSTER}: flows\n` }, []],
  ['of the command line', {}, ['--param', `${CLUSTER}=flows`]],
])('a check of a parameter %s that fails stops it before anything is deployed', async (_, setting, argv) => {
  const { calls, deploy } = await setUp({ ...setting, answers: { DescribeClusters: { clusters: [] } } });
  const { code, out, err } = await deploy(...argv);
  expect({ code, calls }).toEqual({ code: 1, calls: [] });
  expect(out).toMatch(/^failed +ECS cluster +there is no cluster flows$/m);
  expect(err).toMatch(/^Nothing was deployed\. Do what stands below each failed check/);
});

test('what the Serverless Framework can’t do ends it', async () => {
  const { deploy } = await setUp({ exit: 3 });
  const { code, err } = await deploy();
  expect(code).toBe(1);
  expect(err).toContain('The Serverless Framework ended with exit code 3, and has said why above.');
});

test('a poll that fails decides the exit code, and health says why', async () => {
  const { deploy } = await setUp({ change: { PREFECT__CLOUD__API: 'http://127.0.0.1:1' } });
  const { code, out, err } = await deploy();
  expect(code).toBe(3);
  expect(err).toMatch(/^error: PrefectApiError: .*could not be reached/m);
  expect(out).toMatch(/^Health {2}unhealthy: The last poll failed/m);
});

test('--json is one document, and null where it did not come to that', async () => {
  const { deploy } = await setUp({ answers: { DescribeClusters: { clusters: [] } } });
  const document = JSON.parse((await deploy('--json')).out) as unknown;
  expect(document).toMatchObject({
    checks: expect.arrayContaining([expect.objectContaining({ name: 'Prefect API' })]) as unknown,
    invocation: { kind: 'result' },
    health: { healthy: true },
  });
  const stopped = await deploy('--json', '--param', `${CLUSTER}=flows`);
  expect(stopped.code).toBe(1);
  expect(JSON.parse(stopped.out)).toMatchObject({ invocation: null, health: null });
});

test.each([
  [
    'a slip of the pen',
    ['--param', 'PREFECT__CLOUD__AGENT__LABEL=sesame'],
    /Did you mean PREFECT__CLOUD__AGENT__LABELS\?/,
  ],
  ['a text without a name', ['--param', 'sesame'], /--param: expected NAME=value, got a text without a `=`/],
  ['a value without a name', ['--param', '=sesame'], /--param: expected NAME=value, got one without a name/],
  [
    'a name without a value',
    ['--param', 'memoryMb'],
    /--param memoryMb: expected memoryMb=value, got the name/,
  ],
  [
    'a key in plain text',
    ['--param', 'PREFECT_API_KEY=sesame'],
    /a key in plain text is no parameter.*in PREFECT_API_KEY_SECRET\.$/m,
  ],
  [
    'a wrong value',
    ['--param', 'PREFECT__CLOUD__AGENT__LEAD_SECONDS=soon'],
    /^error: PREFECT__CLOUD__AGENT__LEAD_SECONDS \(--param\):/,
  ],
  ['a stage without parameters', ['--stage', 'other'], /stage other in infra\/stages\/other\.yml, got none/],
])('%s is wrong usage, and nothing is deployed', async (_, argv, message) => {
  const { calls, deploy } = await setUp();
  const { code, err } = await deploy(...argv);
  expect({ code, calls }).toEqual({ code: 2, calls: [] });
  expect(err).toMatch(message);
  expect(err).not.toContain('sesame');
});

test('a parameter without a text counts as not set', async () => {
  const { calls, deploy } = await setUp();
  const { code } = await deploy('--param', `${CLUSTER}=`, '--param', 'memoryMb=256');
  expect(code).toBe(0);
  expect(calls).toEqual([['deploy', '--stage', 'prod', '--region', 'us-east-1', '--param', 'memoryMb=256']]);
});
