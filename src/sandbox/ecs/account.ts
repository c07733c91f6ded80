import { EcsError } from './ecs-error.ts';

/** The AWS account that the sandbox plays: who owns the ARNs, and which clusters exist. */
export class Account {
  readonly #arnPrefix: string;
  readonly #clusters: ReadonlySet<string>;

  constructor(accountId: string, region: string, clusters: readonly string[]) {
    this.#arnPrefix = `arn:aws:ecs:${region}:${accountId}:`;
    this.#clusters = new Set(clusters);
  }

  clusterArns(): readonly string[] {
    return Array.from(this.#clusters, (name) => this.arn(`cluster/${name}`));
  }

  arn(resource: string): string {
    return this.#arnPrefix + resource;
  }

  /** What `arn()` was given, or the text as it is when it is no ARN of this account. */
  resource(arn: string): string {
    return arn.startsWith(this.#arnPrefix) ? arn.slice(this.#arnPrefix.length) : arn;
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
