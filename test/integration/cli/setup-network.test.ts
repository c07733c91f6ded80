import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { stageFile } from '../../../src/deployment/stage-parameters.ts';
import type { CliIo } from '../../../src/cli/cli-io.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import { stubAws } from '../../support/stub-aws.ts';
import { type AwsAnswer, awsStandIn } from '../../support/aws-stand-in.ts';
import { FakeIo } from '../../support/cli.ts';
import { freePort } from '../../support/free-port.ts';
import { stagesFolder } from '../../support/stages.ts';

const SUBNETS = 'PREFECT__CLOUD__AGENT__ECS__SUBNETS';
const PUBLIC = 'PREFECT__CLOUD__AGENT__ECS__ASSIGN_PUBLIC_IP';

const routes = (target: string) =>
  `<routeTableSet><item><routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>${target}</item></routeSet></item></routeTableSet>`;
const NO_ROUTES = '<routeTableSet><item><routeSet></routeSet></item></routeTableSet>';
const IGW = routes('<gatewayId>igw-1</gatewayId>');
const NAT = routes('<natGatewayId>nat-1</natGatewayId>');

const GOOD = {
  DescribeVpcs: '<vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet>',
  DescribeSubnets:
    '<subnetSet><item><subnetId>subnet-0b</subnetId></item><item><subnetId>subnet-0a</subnetId></item></subnetSet>',
  DescribeRouteTables: IGW,
};

interface Setting {
  readonly answers?: Parameters<typeof awsStandIn>[0];
  /** What the stage's file says. Absent: there is none. */
  readonly file?: string;
  readonly argv?: readonly string[];
  readonly confirm?: CliIo['confirm'];
}

async function setupNetwork({ answers = {}, file, argv = [], confirm }: Setting = {}) {
  const stages = await stagesFolder(file === undefined ? {} : { prod: file });
  const io = new FakeIo(await awsStandIn({ ...GOOD, ...answers }), false, { stages });
  const { stdout, stderr, env, clock, deployer, onSignal } = io;
  const all = { stdout, stderr, env, clock, deployer, onSignal, confirm };
  const code = await runCli(['setup-network', '--stage', 'prod', ...argv], all);
  const written = await readFile(stageFile('prod', stages), 'utf8').catch(() => undefined);
  return { code, out: io.out, err: io.err, written };
}

test('the subnets of the default VPC are told, and written with a public address into a new file', async () => {
  const { code, out, err, written } = await setupNetwork();
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^vpc-1 +LEADS OUT BY\nsubnet-0a +igw-1\nsubnet-0b +igw-1\n\nPARAMETER +NOW +THEN\n/);
  expect(out).toMatch(/prod\.yml was written\.\n$/);
  expect(written).toBe(`${SUBNETS}: subnet-0a,subnet-0b\n${PUBLIC}: true\n`);
});

test('behind a NAT gateway tasks need no public address', async () => {
  const { written } = await setupNetwork({ answers: { DescribeRouteTables: NAT } });
  expect(written).toBe(`${SUBNETS}: subnet-0a,subnet-0b\n`);
});

test('ECS takes no public address for a launch type other than FARGATE', async () => {
  const file = 'PREFECT__CLOUD__AGENT__ECS__LAUNCH_TYPE: EC2\n';
  expect((await setupNetwork({ file })).written).toBe(`${file}${SUBNETS}: subnet-0a,subnet-0b\n`);
});

test('a subnet without a way out is left out, and that is told', async () => {
  const DescribeRouteTables = ({ 'Filter.1.Value.1': id }: Readonly<Record<string, unknown>>): AwsAnswer =>
    id === 'subnet-0a' ? NO_ROUTES : NAT;
  const { out, written } = await setupNetwork({ answers: { DescribeRouteTables } });
  expect(out).toMatch(/^subnet-0a +nothing: it is left out$/m);
  expect(written).toBe(`${SUBNETS}: subnet-0b\n`);
});

test('where routes may not be read, all subnets are taken, with a public address', async () => {
  const { code, out, written } = await setupNetwork({
    answers: { DescribeRouteTables: { error: 'UnauthorizedOperation' } },
  });
  expect(code).toBe(0);
  expect(out).toMatch(/^subnet-0a +not checked$/m);
  expect(written).toBe(`${SUBNETS}: subnet-0a,subnet-0b\n${PUBLIC}: true\n`);
});

test('what else the file says stays, comments too', async () => {
  const file = '# ours\nPREFECT__BACKEND: server # self-hosted\n';
  const { written } = await setupNetwork({ file });
  expect(written).toBe(`${file}${SUBNETS}: subnet-0a,subnet-0b\n${PUBLIC}: true\n`);
});

test('a file that says so already is left as it is', async () => {
  const file = `${PUBLIC}:   true\n${SUBNETS}:   subnet-0a,subnet-0b\n`;
  const { out, written } = await setupNetwork({ file });
  expect(out).toMatch(/prod\.yml says so already\.\n$/);
  expect(written).toBe(file);
});

const OTHER = `${SUBNETS}: subnet-0c\n`;
const NEW = `${SUBNETS}: subnet-0a,subnet-0b\n${PUBLIC}: true\n`;

test.each([
  ['nobody can be asked', { file: OTHER }, OTHER, /was not changed: --yes overwrites/],
  ['it says no', { file: OTHER, confirm: () => Promise.resolve(false) }, OTHER, /was not changed/],
  ['it says yes', { file: OTHER, confirm: () => Promise.resolve(true) }, NEW, /was written/],
  ['there is --yes', { file: OTHER, argv: ['--yes'] }, NEW, /was written/],
])('another value, where %s', async (_, setting, expected, text) => {
  const { code, out, written } = await setupNetwork(setting);
  expect(code).toBe(0);
  expect(out).toMatch(text);
  expect(written).toBe(expected);
});

test('--json is one document', async () => {
  const { out } = await setupNetwork({ file: OTHER, argv: ['--json'] });
  expect(JSON.parse(out)).toEqual({
    vpc: 'vpc-1',
    subnets: ['subnet-0a', 'subnet-0b'].map((id) => ({ id, wayOut: 'igw-1', chosen: true })),
    file: expect.stringMatching(/prod\.yml$/) as unknown,
    changes: [
      { name: SUBNETS, from: 'subnet-0c', to: 'subnet-0a,subnet-0b' },
      { name: PUBLIC, from: null, to: 'true' },
    ],
    dryRun: true,
  });
});

test.each<[string, Setting, number, RegExp]>([
  [
    'no default VPC',
    { answers: { DescribeVpcs: '<vpcSet/>' } },
    4,
    /found none\. Name the subnets of another VPC as \S+SUBNETS in infra\/stages\/prod\.yml, .*create-default-vpc/,
  ],
  ['no subnet with a way out', { answers: { DescribeRouteTables: NO_ROUTES } }, 4, /vpc-1, found 2 without/],
  [
    'a caller who may not ask',
    { answers: { DescribeVpcs: { error: 'UnauthorizedOperation' } } },
    4,
    /failed: .*DescribeVpcs: UnauthorizedOperation/,
  ],
  ['a file that is wrong', { file: 'LABEL: sesame' }, 2, /prod\.yml: LABEL: expected a parameter/],
  ['a stage that is a path', { argv: ['--stage', '../prod'] }, 2, /--stage: expected letters/],
])('%s ends it with what to do, and writes nothing', async (_, setting, exit, message) => {
  const { code, out, err, written } = await setupNetwork(setting);
  expect({ code, out, written }).toEqual({ code: exit, out: '', written: setting.file });
  expect(err).toMatch(message);
});

test('EC2 that is out of reach is told by its address', async () => {
  stubAws();
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const io = new FakeIo({ AWS_ENDPOINT_URL_EC2: endpoint }, false, { stages: await stagesFolder() });
  expect(await io.run('setup-network', '--stage', 'prod')).toBe(4);
  expect(io.err).toMatch(/failed: .*ECONNREFUSED.*Check the region, the network and the endpoint\./);
});

test('no credentials end it with how to sign in', async () => {
  const stages = await stagesFolder();
  stubAws({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
  const io = new FakeIo({}, false, { stages });
  expect(await io.run('setup-network', '--stage', 'prod')).toBe(4);
  expect(io.err).toContain('aws sso login');
});
