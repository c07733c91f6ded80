import type { Ec2 } from './default-network.ts';
import { signedPost, type SigningConfig } from './signed-post.ts';

const TIMEOUT_MS = 10_000;
const API_VERSION = '2016-11-15';

/**
 * EC2's two questions in its own protocol, with the region and the credentials of the ECS client. For two reads the
 * SDK's EC2 client would make the bundle half a megabyte larger.
 *
 * @param endpoint default: EC2 of the client's region
 */
export function createEc2({ config }: { readonly config: SigningConfig }, endpoint?: string): Ec2 {
  return {
    defaultVpcs: async () => ids('vpcId', await ask(config, endpoint, 'DescribeVpcs', 'isDefault', 'true')),
    subnetsOf: async (vpcId) =>
      ids('subnetId', await ask(config, endpoint, 'DescribeSubnets', 'vpc-id', vpcId)),
  };
}

async function ask(
  config: SigningConfig,
  endpoint: string | undefined,
  action: string,
  filter: string,
  value: string,
): Promise<string> {
  const region = await config.region();
  const url = new URL(
    endpoint ?? `https://ec2.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
  );
  const parameters = {
    Action: action,
    Version: API_VERSION,
    'Filter.1.Name': filter,
    'Filter.1.Value.1': value,
  };
  const body = new URLSearchParams(parameters).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await signedPost(config, { service: 'ec2', region, url, headers, body }, signal);
  const xml = await response.text();
  if (!response.ok) throw new Error(`${action}: ${errorOf(xml) || `HTTP ${response.status}`}`);
  return xml;
}

function ids(tag: string, xml: string): string[] {
  return Array.from(xml.matchAll(new RegExp(`<${tag}>([\\w-]+)</${tag}>`, 'g')), ([, id = '']) => id);
}

/** `Code: message` of an error in the XML of AWS's query protocols. */
export function errorOf(xml: string): string {
  const text = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];
  return [text('Code'), text('Message')].filter(Boolean).join(': ');
}
