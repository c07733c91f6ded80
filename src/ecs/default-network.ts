import type { NetworkConfiguration } from '@aws-sdk/client-ecs';
import { describeError } from '../describe-error.ts';
import { AwsError, FlowRunError } from '../errors.ts';
import { once } from '../once.ts';

/** The two questions that the default network takes. Each throws what AWS has against it. */
export interface Ec2 {
  /** The IDs of the region's default VPCs: one or none. */
  readonly defaultVpcs: () => Promise<readonly string[]>;
  /** The IDs of a VPC's subnets. */
  readonly subnetsOf: (vpcId: string) => Promise<readonly string[]>;
}

const ADVICE =
  'Set PREFECT__CLOUD__AGENT__ECS__SUBNETS to the subnets of the tasks, ' +
  'or let the role of the agent call ec2:DescribeVpcs and ec2:DescribeSubnets in a region with a default VPC.';

/**
 * The network of Fargate tasks where nobody chose one: all subnets of the default VPC, with a public address. Asked
 * for once; a failure is not kept. As `infer_network_configuration` of Prefect 1.4.1's ECS agent.
 *
 * The function that it gives throws AwsError when there is no default VPC, or the role may not ask.
 */
export function defaultNetwork(ec2: () => Promise<Ec2>): () => Promise<NetworkConfiguration> {
  return once(async () => {
    const subnets = await lookUp('the default VPC', async () => {
      const { defaultVpcs, subnetsOf } = await ec2();
      const [vpcId] = await defaultVpcs();
      return vpcId === undefined ? [] : subnetsOf(vpcId);
    });
    if (subnets.length > 0) return networkOf(subnets);
    throw new AwsError(
      `Expected a default VPC with subnets for tasks without a network, found none. ${ADVICE}`,
    );
  });
}

/** A run may name any VPC: a warm sandbox must not grow with them. */
const MAX_KNOWN = 100;

/**
 * The network of tasks of which only the VPC is known: all of its subnets, with a public address. Asked for once for
 * each VPC; a failure is not kept. As `_load_network_configuration` of prefect-aws 0.7.12.
 *
 * The function that it gives throws FlowRunError when there is no such VPC, or it has no subnets, and AwsError when the
 * role may not ask.
 */
export function vpcNetworks(ec2: () => Promise<Ec2>): (vpcId: string) => Promise<NetworkConfiguration> {
  const known = new Map<string, () => Promise<NetworkConfiguration>>();
  return (vpcId) => {
    if (known.size >= MAX_KNOWN) known.clear();
    const network = known.get(vpcId) ?? once(async () => networkOf(await subnetsOf(vpcId, ec2)));
    known.set(vpcId, network);
    return network();
  };
}

async function subnetsOf(vpcId: string, ec2: () => Promise<Ec2>): Promise<readonly string[]> {
  const subnets = await lookUp(`the subnets of ${vpcId}`, async () => (await ec2()).subnetsOf(vpcId));
  if (subnets.length > 0) return subnets;
  throw new FlowRunError(
    `vpc_id: expected a VPC with subnets in this account and region, found none in ${vpcId}. ` +
      'Name another one, or give the network to the work pool.',
  );
}

function networkOf(subnets: readonly string[]): NetworkConfiguration {
  return { awsvpcConfiguration: { subnets: [...subnets], assignPublicIp: 'ENABLED' } };
}

async function lookUp(what: string, ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await ask();
  } catch (cause) {
    const reason = describeError(cause);
    throw new AwsError(`Expected to find ${what} for tasks without a network: ${reason}. ${ADVICE}`, {
      cause,
    });
  }
}
