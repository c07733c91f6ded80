import { describe, expect, test } from 'vitest';
import { FlowRunError } from '../../../src/errors.ts';
import { HARMLESS_VARIABLES } from '../../../src/prefect3/flow-environment.ts';
import { jobConfiguration } from '../../../src/prefect3/job-configuration.ts';
import { pinnedDefinition } from '../../../src/prefect3/task-request.ts';
import {
  type Asked,
  built,
  ecs3,
  environmentOf3,
  never,
  pinned3,
  pool,
  requested,
  run3,
  TableOfDocuments,
  template,
  withSecret3,
} from '../../support/job.ts';
import { contentOf, role } from '../../support/task-request.ts';

describe('a definition that is registered', () => {
  const ARN = 'arn:aws:ecs:us-east-1:123456789012:task-definition/etl:4';

  test.each([
    [{ task_definition_arn: ARN }, ARN],
    [{ task_definition_arn: '' }, undefined],
    [{}, undefined],
  ])('is the one that %j names', async (jobVariables, name) => {
    const job = await jobConfiguration(run3(jobVariables), pool(), new TableOfDocuments(), never);
    expect(pinnedDefinition(job)).toBe(name);
  });

  test('is run as it is', async () => {
    const request = await pinned3({ containerDefinitions: [{ name: 'web' }] }, { key: { kind: 'none' } });
    expect(request.taskDefinition).toEqual({ kind: 'arn', arn: 'etl:4' });
    expect(request.runTask.overrides?.containerOverrides).toHaveLength(1);
    expect(environmentOf3(request, 'web')).toMatchObject({ PREFECT__FLOW_RUN_ID: 'run-1' });
  });
});

describe('the agent’s settings', () => {
  const network = { awsvpcConfiguration: { subnets: ['subnet-a'] } };
  const settings = ecs3({
    cluster: 'agents',
    taskRoleArn: role('task'),
    executionRoleArn: role('execution'),
    runTaskKwargs: { networkConfiguration: network },
  });

  test('are for where the pool says nothing', async () => {
    const { request, networkToFind } = await built({ settings });
    expect(networkToFind).toBeUndefined();
    expect(contentOf(request).executionRoleArn).toBe(role('execution'));
    expect(request.runTask).toMatchObject({
      cluster: 'agents',
      networkConfiguration: network,
      overrides: { taskRoleArn: role('task') },
    });
  });

  test('are nothing beside what the pool says', async () => {
    const jobVariables = {
      cluster: 'flows',
      task_role_arn: role('a'),
      execution_role_arn: role('b'),
      vpc_id: 'vpc-1',
    };
    const { request, networkToFind } = await built({ settings, jobVariables });
    expect(networkToFind).toEqual({ vpcId: 'vpc-1' });
    expect(contentOf(request).executionRoleArn).toBe(role('b'));
    expect(request.runTask).toMatchObject({ cluster: 'flows', overrides: { taskRoleArn: role('a') } });
    expect(request.runTask.networkConfiguration).toBeUndefined();
  });

  test('are its variables, beneath those of the job', async () => {
    const agent = {
      name: 'golden',
      envVars: { A: 'agent', B: 'agent', PREFECT_API_URL: 'http://inside/api' },
    };
    const request = await requested({ settings: { agent }, jobVariables: { env: { B: 'job' } } });
    expect(environmentOf3(request)).toMatchObject({
      A: 'agent',
      B: 'job',
      PREFECT_API_URL: 'http://inside/api',
    });
  });
});

test('the agent’s own variables are those that anyone may read', async () => {
  const names = Object.keys(environmentOf3(await requested({ settings: withSecret3() })));
  expect(new Set(names)).toEqual(HARMLESS_VARIABLES);
});

test('the environment of the agent reaches no task', async () => {
  const configuration = { env: { P: '{{ $PATH }}', Q: 'x{{ $PATH }}y' } };
  const request = await requested({ pool: pool(template({ configuration })) });
  expect(environmentOf3(request)).toMatchObject({ P: '', Q: 'xy' });
});

test('keys of an AWS account are refused before their block is read', async () => {
  const defaults = { aws_credentials: { $ref: { block_document_id: 'block-1' } } };
  const documents = new TableOfDocuments({ 'block-1': { aws_secret_access_key: 'sesame' } });
  const asked = { pool: pool(template({ defaults })), documents };
  await expect(requested(asked)).rejects.toThrow(FlowRunError);
  await expect(requested(asked)).rejects.toThrow('aws_credentials: expected none');
  expect(documents.read).toEqual([]);
});

test('each block and variable is read once', async () => {
  const env = Object.fromEntries(
    ['A', 'B'].map((name) => [name, '{{ prefect.variables.x }}{{ prefect.blocks.secret.y }}']),
  );
  const documents = new TableOfDocuments({ 'secret.y': { value: 'sesame' } }, { x: 1 });
  expect(environmentOf3(await requested({ jobVariables: { env }, documents }))).toMatchObject({
    A: '1sesame',
    B: '1sesame',
  });
  expect(documents.read).toEqual(['secret.y', 'x']);
});

test('a job of too many blocks is refused before any is read', async () => {
  const names = Array.from({ length: 101 }, (_, index) => `{{ prefect.blocks.secret.s${index} }}`);
  const documents = new TableOfDocuments();
  const asked = { jobVariables: { env: { A: names.join('') } }, documents };
  await expect(requested(asked)).rejects.toThrow('Expected at most 100 blocks in a job, got 101.');
  expect(documents.read).toEqual([]);
});

describe('what a job has wrong fails the run with the field’s name', () => {
  test.each<[Record<string, unknown>, string]>([
    [{ cluster: 3 }, 'cluster: expected string, got number'],
    [{ labels: { team: 1 } }, 'labels.team: expected string, got number'],
    [{ cpu: 'abc' }, 'containerOverrides[0].cpu: expected'],
    [{ command: "a 'b" }, 'command: expected quotes in pairs'],
    [{ network_configuration: { subnets: ['a'] } }, 'network_configuration: expected the VPC'],
    [{ configure_cloudwatch_logs: true }, 'configure_cloudwatch_logs: expected the role'],
    [{ cloudwatch_logs_options: { mode: 'x' } }, 'cloudwatch_logs_options: expected'],
    [
      { vpc_id: 'v', network_configuration: { subnet: ['a'] } },
      'subnet: unknown field; did you mean subnets?',
    ],
    [
      { env: { A: '{{ prefect.blocks.secret.nope }}' } },
      'expected a block `nope` of type `secret`, but there is none',
    ],
    [{ task_definition_arn: { a: 1 } }, 'task_definition_arn: expected the ARN'],
  ])('%j', async (jobVariables, message) => {
    await expect(requested({ jobVariables })).rejects.toThrow(FlowRunError);
    await expect(requested({ jobVariables })).rejects.toThrow(message);
  });
});

test('a template that asks for a second task is refused', async () => {
  const asked = requested({ pool: pool(template({ request: { count: 2 } })) });
  await expect(asked).rejects.toThrow('task_run_request.count: expected 1, got 2');
});

test('a job that logs to CloudWatch says where', async () => {
  const jobVariables = { configure_cloudwatch_logs: true, execution_role_arn: role('a') };
  expect((await requested({ jobVariables })).logStream).toEqual({
    group: 'prefect',
    region: 'us-east-1',
    prefix: 'prefect-logs_ecs-pool_deployment-1/prefect',
  });
});

test('overrides that are too long move what is the same for every run into the definition', async () => {
  const env = { BIG: 'x'.repeat(9000), PREFECT_API_KEY: 'own' };
  const request = await requested({ jobVariables: { env } });
  expect(Object.keys(environmentOf3(request))).toEqual([
    'PREFECT__FLOW_RUN_ID',
    'PREFECT__WORKER_NAME',
    'PREFECT__FLOW_ID',
    'PREFECT__FLOW_NAME',
    'PREFECT__DEPLOYMENT_ID',
    'PREFECT__DEPLOYMENT_NAME',
    'PREFECT_API_KEY',
  ]);
  const [container] = contentOf(request).containerDefinitions ?? [];
  expect(container?.environment?.map(({ name }) => name)).toEqual(['PREFECT_API_URL', 'BIG']);
});

describe('what comes from blocks stays with the run, for a definition is readable long after', () => {
  const documents = new TableOfDocuments({
    'secret.db': { value: 's3cr3t' },
    'env-1': { TOKEN: 't0k3n', USER: 'etl' },
  });
  const big = 'x'.repeat(9000);
  const override = { environment: [{ name: 'PASSWORD', value: '{{ prefect.blocks.secret.db }}' }] };
  const reference = { $ref: { block_document_id: 'env-1' } };

  test.each<[string, Asked, string[]]>([
    [
      'in a job variable',
      {
        jobVariables: {
          env: {
            BIG: big,
            PASSWORD: '{{ prefect.blocks.secret.db }}',
            URL: 'db://{{ prefect.blocks.secret.db }}',
          },
        },
      },
      ['PASSWORD', 'URL'],
    ],
    [
      'as the whole environment',
      { jobVariables: { env: reference }, settings: { agent: { name: 'golden', envVars: { BIG: big } } } },
      ['TOKEN', 'USER'],
    ],
    [
      'in the template’s own list',
      {
        jobVariables: { env: { BIG: big } },
        pool: pool(template({ request: { overrides: { containerOverrides: [override] } } })),
      },
      ['PASSWORD'],
    ],
  ])('%s', async (_, asked, names) => {
    const request = await requested({ documents, ...asked });
    expect(Object.keys(environmentOf3(request))).toEqual(expect.arrayContaining(names));
    const content = JSON.stringify(contentOf(request));
    expect(content).toContain('BIG');
    expect(content).not.toMatch(/s3cr3t|t0k3n/);
  });

  test('and fails the run where it does not fit, without a word of it', async () => {
    const large = new TableOfDocuments({ 'secret.db': { value: 's3cr3t'.repeat(1500) } });
    const env = { PASSWORD: '{{ prefect.blocks.secret.db }}' };
    const request = requested({ documents: large, jobVariables: { env } });
    await expect(request).rejects.toThrow(/at most 8192 characters.*in it PASSWORD/);
    await expect(request).rejects.not.toThrow(/s3cr3t/);
  });
});
