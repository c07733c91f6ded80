import * as z from 'zod/mini';
import { errorOf } from '../ecs/ec2-query.ts';
import { signedPost, type SigningConfig } from '../ecs/signed-post.ts';
import { AwsError } from '../errors.ts';

type QueryService = 'ec2' | 'iam';
type JsonService = 'ecr' | 'servicequotas';

const VERSIONS: Readonly<Record<QueryService, string>> = { ec2: '2016-11-15', iam: '2010-05-08' };

const TARGETS: Readonly<Record<JsonService, string>> = {
  ecr: 'AmazonEC2ContainerRegistry_V20150921',
  servicequotas: 'ServiceQuotasV20190624',
};

/** How the SDK names each service in the variables that set its endpoint. */
const VARIABLES: Readonly<Record<QueryService | JsonService, string>> = {
  ec2: 'AWS_ENDPOINT_URL_EC2',
  iam: 'AWS_ENDPOINT_URL_IAM',
  ecr: 'AWS_ENDPOINT_URL_ECR',
  servicequotas: 'AWS_ENDPOINT_URL_SERVICE_QUOTAS',
};

const refusal = z.object({ __type: z.exactOptional(z.string()), message: z.exactOptional(z.string()) });

/** What AWS has against a call. */
export class AwsRefusal extends AwsError {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Asks services of AWS of which the checks need a call or two, with the caller's credentials. */
export class AwsCaller {
  readonly #config: SigningConfig;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(config: SigningConfig, env: Readonly<Record<string, string | undefined>>) {
    this.#config = config;
    this.#env = env;
  }

  /** A call in AWS's query protocol. @returns XML @throws AwsRefusal */
  async query(
    service: QueryService,
    action: string,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<string> {
    const body = new URLSearchParams({
      Action: action,
      Version: VERSIONS[service],
      ...parameters,
    }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await this.#post(service, headers, body, undefined, signal);
    const xml = await response.text();
    if (response.ok) return xml;
    const text = errorOf(xml) || `HTTP ${response.status}`;
    throw new AwsRefusal(text.split(':')[0] ?? '', `${action}: ${text}`);
  }

  /** A call in AWS's JSON protocol. @param region default: the caller's @throws AwsRefusal */
  async json(
    service: JsonService,
    action: string,
    input: unknown,
    signal: AbortSignal,
    region?: string,
  ): Promise<unknown> {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${TARGETS[service]}.${action}`,
    };
    const response = await this.#post(service, headers, JSON.stringify(input), region, signal);
    const answer: unknown = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    const { __type: type = `HTTP ${response.status}`, message = '' } = refusal.safeParse(answer).data ?? {};
    const code = type.replace(/^.*#/, '');
    throw new AwsRefusal(code, `${action}: ${code}: ${message}`);
  }

  async #post(
    service: QueryService | JsonService,
    headers: Readonly<Record<string, string>>,
    body: string,
    given: string | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    const own = given ?? (await this.#config.region());
    const region = service === 'iam' ? iamRegion(own) : own;
    const url = new URL(this.#env[VARIABLES[service]] ?? endpointOf(service, region));
    try {
      return await signedPost(this.#config, { service, region, url, headers, body }, signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const { code = error.message } = Object(error.cause) as { code?: string };
      throw new AwsError(`${url.host} could not be reached: ${code}`, { cause: error });
    }
  }
}

function endpointOf(service: QueryService | JsonService, region: string): string {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  if (service === 'ecr') return `https://api.ecr.${region}.${domain}`;
  if (service !== 'iam') return `https://${service}.${region}.${domain}`;
  if (region.startsWith('us-gov-')) return 'https://iam.us-gov.amazonaws.com';
  return region.startsWith('cn-') ? `https://iam.${region}.${domain}` : 'https://iam.amazonaws.com';
}

/** IAM is one for a partition, and its signature is for one region. */
function iamRegion(region: string): string {
  if (region.startsWith('cn-')) return 'cn-north-1';
  return region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1';
}
