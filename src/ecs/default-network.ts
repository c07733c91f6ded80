import type { NetworkConfiguration } from '@aws-sdk/client-ecs';
import { describeError } from '../describe-error.ts';
import { AwsError } from '../errors.ts';
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
    const subnets = await lookUp(await ec2());
    if (subnets.length > 0)
      return { awsvpcConfiguration: { subnets: [...subnets], assignPublicIp: 'ENABLED' } };
    throw new AwsError(
      `Expected a default VPC with subnets for tasks without a network, found none. ${ADVICE}`,
    );
  });
}

async function lookUp(ec2: Ec2): Promise<readonly string[]> {
  try {
    const [vpcId] = await ec2.defaultVpcs();
    return vpcId === undefined ? [] : await ec2.subnetsOf(vpcId);
  } catch (cause) {
    const reason = describeError(cause);
    throw new AwsError(`Expected to find the default VPC for tasks without a network: ${reason}. ${ADVICE}`, {
      cause,
    });
  }
}
