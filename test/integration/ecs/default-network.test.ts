import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ECSClient } from '@aws-sdk/client-ecs';
import { expect, onTestFinished, test } from 'vitest';
import { AwsError, FlowRunError } from '../../../src/errors.ts';
import { defaultNetwork, vpcNetworks } from '../../../src/ecs/default-network.ts';
import { createEc2 } from '../../../src/ecs/ec2-query.ts';
import { AWS } from '../../support/ecs.ts';

interface Question {
  readonly parameters: Record<string, string>;
  readonly headers: IncomingMessage['headers'];
}

type Answer = readonly [status: number, xml: string];

const VPCS = '<vpcSet><item><vpcId>vpc-1</vpcId></item><item><vpcId>vpc-2</vpcId></item></vpcSet>';
const SUBNETS =
  '<subnetSet><item><subnetId>subnet-a</subnetId></item><item><subnetId>subnet-b</subnetId></item></subnetSet>';
const DENIED =
  '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You may not.</Message></Error></Errors></Response>';

/** A stand-in of EC2 that answers as it is told, and the network that is found with it. */
async function ec2(answer: (action: string, sequence: number) => Answer) {
  const questions: Question[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const parameters = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      questions.push({ parameters, headers: request.headers });
      const [status, xml] = answer(parameters['Action'] ?? '', questions.length);
      response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new ECSClient(AWS);
  const ask = () => Promise.resolve(createEc2(client, endpoint));
  return { questions, network: defaultNetwork(ask), networkOfVpc: vpcNetworks(ask) };
}

const good = (action: string): Answer => [200, action === 'DescribeVpcs' ? VPCS : SUBNETS];

test('a task without a network gets all subnets of the first default VPC and a public address', async () => {
  const { network, questions } = await ec2(good);
  expect(await network()).toEqual({
    awsvpcConfiguration: { subnets: ['subnet-a', 'subnet-b'], assignPublicIp: 'ENABLED' },
  });
  expect(questions.map(({ parameters }) => parameters)).toEqual([
    {
      Action: 'DescribeVpcs',
      Version: '2016-11-15',
      'Filter.1.Name': 'isDefault',
      'Filter.1.Value.1': 'true',
    },
    {
      Action: 'DescribeSubnets',
      Version: '2016-11-15',
      'Filter.1.Name': 'vpc-id',
      'Filter.1.Value.1': 'vpc-1',
    },
  ]);
  for (const { headers } of questions) {
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/us-east-1\/ec2\/aws4_request/,
    );
  }
});

test('the network is asked for once, by however many launches', async () => {
  const { network, questions } = await ec2(good);
  await Promise.all([network(), network()]);
  await network();
  expect(questions).toHaveLength(2);
});

test.each<[string, (action: string) => Answer, string]>([
  ['no default VPC', () => [200, '<vpcSet/>'], 'Expected a default VPC with subnets'],
  [
    'no subnets in it',
    (action) => (action === 'DescribeVpcs' ? [200, VPCS] : [200, '<subnetSet/>']),
    'Expected a default VPC with subnets',
  ],
  ['no permission', () => [403, DENIED], 'DescribeVpcs: UnauthorizedOperation: You may not.'],
  ['an answer that is no XML', () => [502, 'bad gateway'], 'DescribeVpcs: HTTP 502'],
])('%s is the fault of the deployment, and the error says what to set', async (_, answer, expected) => {
  const { network } = await ec2(answer);
  const error: unknown = await network().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AwsError);
  expect(String(error)).toContain(expected);
  expect(String(error)).toContain('PREFECT__CLOUD__AGENT__ECS__SUBNETS');
});

test('a failure is not kept', async () => {
  const { network } = await ec2((action, sequence) => (sequence === 1 ? [403, DENIED] : good(action)));
  await expect(network()).rejects.toThrow(AwsError);
  expect(await network()).toHaveProperty('awsvpcConfiguration.subnets', ['subnet-a', 'subnet-b']);
});

test('a task of which only the VPC is known gets its subnets, asked for once', async () => {
  const { networkOfVpc, questions } = await ec2(good);
  const expected = { awsvpcConfiguration: { subnets: ['subnet-a', 'subnet-b'], assignPublicIp: 'ENABLED' } };
  expect(await networkOfVpc('vpc-9')).toEqual(expected);
  expect(await networkOfVpc('vpc-9')).toEqual(expected);
  expect(questions.map(({ parameters }) => parameters)).toEqual([
    {
      Action: 'DescribeSubnets',
      Version: '2016-11-15',
      'Filter.1.Name': 'vpc-id',
      'Filter.1.Value.1': 'vpc-9',
    },
  ]);
});

test('a VPC without subnets is the fault of who named it', async () => {
  const { networkOfVpc } = await ec2(() => [200, '<subnetSet/>']);
  await expect(networkOfVpc('vpc-9')).rejects.toThrow(FlowRunError);
  await expect(networkOfVpc('vpc-9')).rejects.toThrow('vpc_id: expected a VPC with subnets');
});

test('who may not ask for the subnets of a VPC is told so', async () => {
  const { networkOfVpc } = await ec2(() => [403, DENIED]);
  await expect(networkOfVpc('vpc-9')).rejects.toThrow(AwsError);
});
