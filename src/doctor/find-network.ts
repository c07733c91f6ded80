import type { Ec2 } from '../ecs/default-network.ts';
import { AwsError } from '../errors.ts';
import { type AwsCaller, AwsRefusal } from './aws-caller.ts';
import { MAX_SUBNETS, wayOut } from './subnet-check.ts';

/** The default VPC of a region, and which of its subnets tasks can run in. */
export interface FoundNetwork {
  readonly vpc: string;
  readonly subnets: readonly FoundSubnet[];
  /** The IDs of those that are chosen: at least one, and no more than ECS takes. */
  readonly chosen: readonly string[];
  /** Whether tasks reach nothing without one in some chosen subnet, or that is not known. */
  readonly needsPublicAddress: boolean;
}

interface FoundSubnet {
  readonly id: string;
  /** What its default route leads to; null: nothing or, of one that is chosen, it is not known. */
  readonly wayOut: string | null;
  readonly chosen: boolean;
}

/**
 * Takes those subnets of the default VPC that have a way out; all where the caller may not read routes.
 * @param todo what to do where there is no such subnet
 * @throws AwsError
 */
export async function findNetwork(
  ec2: Ec2,
  aws: AwsCaller,
  todo: string,
  signal: AbortSignal,
): Promise<FoundNetwork> {
  const [vpc] = await ec2.defaultVpcs();
  if (vpc === undefined) throw new AwsError(`Expected a default VPC in this region, found none. ${todo}`);
  // EC2 promises no order, and the same subnets are no other network.
  const ids = [...(await ec2.subnetsOf(vpc))].sort();
  const ways = await waysOut(aws, ids, vpc, signal);
  const open = ids.filter((id) => ways === undefined || ways.has(id));
  const chosen = open.slice(0, MAX_SUBNETS);
  if (chosen.length === 0) {
    throw new AwsError(
      `Expected a subnet with a route to the outside in the default VPC ${vpc}, ` +
        `found ${ids.length} without. Give one a default route. Else: ${todo}`,
    );
  }
  return {
    vpc,
    subnets: ids.map((id) => ({ id, wayOut: ways?.get(id) ?? null, chosen: chosen.includes(id) })),
    chosen,
    needsPublicAddress: chosen.some((id) => ways?.get(id)?.startsWith('igw-') ?? true),
  };
}

/** What each subnet's default route leads to, without those that have none; undefined: the caller may not ask. */
async function waysOut(
  aws: AwsCaller,
  ids: readonly string[],
  vpc: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string> | undefined> {
  const ways = new Map<string, string>();
  try {
    // One after the other: a VPC has few, and EC2 throttles.
    for (const id of ids) {
      const way = await wayOut(aws, id, vpc, signal);
      if (way !== undefined) ways.set(id, way);
    }
  } catch (error) {
    if (error instanceof AwsRefusal && /Unauthorized|AccessDenied/.test(error.code)) return undefined;
    throw error;
  }
  return ways;
}
