import { EcsError } from './ecs-error.ts';

const ARN_PREFIX = 'arn:aws:ecs:us-east-1:123456789012:';

/** The AWS account that the sandbox plays: who owns the ARNs, and which clusters exist. */
export class Account {
  readonly #clusters: ReadonlySet<string>;

  constructor(clusters: readonly string[]) {
    this.#clusters = new Set(clusters);
  }

  clusterArns(): readonly string[] {
    return Array.from(this.#clusters, (name) => this.arn(`cluster/${name}`));
  }

  arn(resource: string): string {
    return ARN_PREFIX + resource;
  }

  /** What `arn()` was given, or the text as it is when it is no ARN of this account. */
  resource(arn: string): string {
    return arn.startsWith(ARN_PREFIX) ? arn.slice(ARN_PREFIX.length) : arn;
  }

  /**
   * @param reference a cluster's name or ARN; undefined means `default`, as in AWS.
   * @returns the cluster's name.
   */
  cluster(reference = 'default'): string {
    const name = this.resource(reference).replace(/^cluster\//, '');
    if (!this.#clusters.has(name)) throw new EcsError('ClusterNotFoundException', 'Cluster not found.');
    return name;
  }
}
