import { AgentError } from '../errors.ts';
import { type Check, ok, unknown, type Verdict, warning } from './check.ts';
import type { PoolNames } from './pool-names.ts';

/** What a deployment makes by itself, and what its functions may use. */
export interface CheckedDeployment {
  readonly makes: { readonly cluster: boolean; readonly executionRole: boolean };
  /** Whether its functions may look up the subnets of a VPC. */
  readonly findsNetworks: boolean;
  /** Names or ARNs, in which an asterisk is IAM's. */
  readonly clusters: readonly string[];
  readonly roles: readonly string[];
}

/**
 * The checks of a deployment: what it makes by itself is not asked for, as it may not be there yet, and of Prefect 3
 * the names in the work pool are held to what its functions may use.
 * @param find reads the names in the pool; undefined: there is no pool
 */
export function deploymentChecks(
  checks: readonly Check[],
  deployment: CheckedDeployment,
  find: ((signal: AbortSignal) => Promise<PoolNames>) | undefined,
): readonly Check[] {
  const { makes } = deployment;
  const names = async (signal: AbortSignal) => find?.(signal).catch(unlessUnreadable);
  const instead: Readonly<Record<string, Check['run'] | undefined>> = {
    'ECS cluster': makes.cluster ? async (signal) => made((await names(signal))?.cluster) : undefined,
    'execution role': makes.executionRole
      ? async (signal) => made((await names(signal))?.executionRoles.join(', '))
      : undefined,
  };
  const subnets = (run: Check['run']) => async (signal: AbortSignal) => {
    const found = await names(signal);
    return (found && network(found, deployment)) ?? run(signal);
  };
  const own = checks.map(({ name, run }) =>
    name === 'subnets' ? { name, run: subnets(run) } : { name, run: instead[name] ?? run },
  );
  if (find === undefined) return own;
  const rights: Check = {
    name: 'pool defaults',
    run: async (signal) => rightsVerdict(await names(signal), deployment),
  };
  return [...own, rights];
}

/** What is wrong with the pool, or with the key, is said elsewhere. */
function unlessUnreadable(error: unknown): undefined {
  if (!(error instanceof AgentError)) throw error;
  return undefined;
}

function made(inPool: string | undefined): Verdict {
  return inPool
    ? ok(`the work pool names ${inPool}; the deployment makes one of its own too`)
    : ok('none is named: the deployment makes it');
}

function network({ pool, vpc }: PoolNames, { findsNetworks }: CheckedDeployment): Verdict | undefined {
  if (vpc === undefined) return undefined;
  if (findsNetworks) return ok(`the work pool names ${vpc}: tasks run in its subnets`);
  return warning(
    `The pool names ${vpc}, in which this deployment may not look for subnets, for its settings name some.`,
    `Name subnets in the network configuration of the work pool \`${pool}\` too, or take the VPC out of it.`,
  );
}

function rightsVerdict(names: PoolNames | undefined, { clusters, roles }: CheckedDeployment): Verdict {
  if (names === undefined) return unknown('the work pool could not be read: see the check `work pool`');
  const cluster = [names.cluster ?? []]
    .flat()
    .filter((one) => !clusters.some((known) => isCluster(known, one)));
  const denied = (arns: readonly string[]) =>
    arns.filter((arn) => !roles.some((known) => matches(known, arn)));
  const [execution, task] = [denied(names.executionRoles), denied(names.taskRoles)];
  const texts = [
    ...cluster.map((one) => `cluster ${one}`),
    ...execution.map((arn) => `execution role ${arn}`),
    ...task.map((arn) => `task role ${arn}`),
  ];
  if (texts.length === 0) return ok(`the deployment may use what the work pool \`${names.pool}\` names`);
  const parameters = [
    ...(cluster.length > 0 ? ['extraClusters'] : []),
    ...(execution.length + task.length > 0 ? ['extraRoles'] : []),
  ];
  return warning(
    `The pool names ${texts.join(', ')}, which this deployment may not use.`,
    `Add ${texts.length === 1 ? 'it' : 'them'} to ${parameters.join(' and ')}.`,
  );
}

/** Of a cluster either side may be the name alone. */
function isCluster(known: string, cluster: string): boolean {
  const isWhole = known.startsWith('arn:') && cluster.startsWith('arn:');
  const nameOf = (arn: string) => arn.replace(/^.*\//, '');
  return isWhole ? matches(known, cluster) : matches(nameOf(known), nameOf(cluster));
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
