import * as z from 'zod/mini';
import type { EcsSettings } from '../settings/settings.ts';
import { type AwsCaller, AwsRefusal } from './aws-caller.ts';
import { type Check, failed, ok, type Verdict, warning } from './check.ts';

const network = z.object({
  awsvpcConfiguration: z.object({
    subnets: z.array(z.string()),
    assignPublicIp: z.exactOptional(z.string()),
  }),
});

/** ECS takes no more. */
export const MAX_SUBNETS = 16;

const ADVICE =
  'Give them a route to a NAT gateway, or to an internet gateway with PREFECT__CLOUD__AGENT__ECS__ASSIGN_PUBLIC_IP=true.';

/** Whether tasks in the subnets reach anything outside: the Prefect API, the registry of their image. */
export function subnetCheck(aws: AwsCaller, { runTaskKwargs, launchType }: EcsSettings): Check {
  return {
    name: 'subnets',
    run: async (signal) => {
      const { data } = network.safeParse(runTaskKwargs['networkConfiguration']);
      if (data === undefined) {
        return launchType === 'EC2' || launchType === 'EXTERNAL'
          ? ok('none are set, and the launch type needs none')
          : ok('none are set: tasks run in the default VPC with a public address');
      }
      const { subnets, assignPublicIp } = data.awsvpcConfiguration;
      const isPublic = assignPublicIp === 'ENABLED';
      const ways = await Promise.all(
        subnets.slice(0, MAX_SUBNETS).map((id) => subnetVerdict(aws, id, isPublic, signal)),
      );
      return (
        ways.find(({ status }) => status === 'failed') ??
        ways.find(({ status }) => status === 'warning') ??
        ok(ways.map(({ detail }) => detail).join(', '))
      );
    },
  };
}

async function subnetVerdict(
  aws: AwsCaller,
  id: string,
  isPublic: boolean,
  signal: AbortSignal,
): Promise<Verdict> {
  let subnet: string;
  try {
    subnet = await aws.query('ec2', 'DescribeSubnets', { 'SubnetId.1': id }, signal);
  } catch (error) {
    if (!(error instanceof AwsRefusal) || !/^InvalidSubnetI[Dd]/.test(error.code)) throw error;
    return failed(
      `there is no subnet ${id} in this region`,
      'Correct PREFECT__CLOUD__AGENT__ECS__SUBNETS or the region.',
    );
  }
  const vpc = /<vpcId>([\w-]+)</.exec(subnet)?.[1] ?? '';
  const way = await wayOut(aws, id, vpc, signal);
  if (way === undefined) {
    return warning(`${id} has no route to the outside: tasks reach VPC endpoints and peers alone`, ADVICE);
  }
  if (way.startsWith('igw-') && !isPublic) {
    return failed(
      `${id} leads to an internet gateway, and tasks get no public address: they reach nothing outside`,
      ADVICE,
    );
  }
  return ok(`${id} leads out by ${way}`);
}

/** What a subnet's default route leads to, such as `igw-…` or `nat-…`; undefined: it has none. */
export async function wayOut(
  aws: AwsCaller,
  subnet: string,
  vpc: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const own = await aws.query(
    'ec2',
    'DescribeRouteTables',
    { 'Filter.1.Name': 'association.subnet-id', 'Filter.1.Value.1': subnet },
    signal,
  );
  // Without one of its own a subnet has the VPC's main table.
  const table = own.includes('<routeSet>')
    ? own
    : await aws.query(
        'ec2',
        'DescribeRouteTables',
        {
          'Filter.1.Name': 'association.main',
          'Filter.1.Value.1': 'true',
          'Filter.2.Name': 'vpc-id',
          'Filter.2.Value.1': vpc,
        },
        signal,
      );
  const [, routes = ''] = /<routeSet>([^]*?)<\/routeSet>/.exec(table) ?? [];
  const items = routes.split('</item>');
  const route = items.find(
    (item) => item.includes('<destinationCidrBlock>0.0.0.0/0<') && !item.includes('<state>blackhole<'),
  );
  return /<(?:gatewayId|natGatewayId|transitGatewayId|networkInterfaceId|vpcPeeringConnectionId)>([\w-]+)</.exec(
    route ?? '',
  )?.[1];
}
