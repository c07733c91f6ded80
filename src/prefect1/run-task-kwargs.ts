import { FlowRunError } from '../errors.ts';
import { type Container, readContainers } from '../tasks/containers.ts';

/** Arguments of RunTask as a user wrote them for boto3. */
export type RunTaskKwargs = Readonly<Record<string, unknown>>;

/**
 * The agent's arguments overlaid with the run's. Everything is replaced whole, but for `overrides`, whose
 * entries are replaced one by one, and its `containerOverrides`, which are matched by name.
 * As `merge_run_task_kwargs` of Prefect 1.4.1.
 * @throws FlowRunError when `overrides` is not what RunTask takes.
 */
export function mergeRunTaskKwargs(agents: RunTaskKwargs, runs: RunTaskKwargs): Record<string, unknown> {
  const base = { ...agents };
  // A launch type and a strategy exclude each other: the run's choice takes the place of the agent's.
  if ('capacityProviderStrategy' in runs) delete base.launchType;
  if ('launchType' in runs) delete base.capacityProviderStrategy;
  const overrides = readOverrides(runs);
  const { overrides: own, ...others } = runs;
  const merged = { ...base, ...others };
  if (Object.keys(overrides).length === 0) return merged;
  return { ...merged, overrides: mergeOverrides(readOverrides(agents), overrides) };
}

/** AWS refuses a launch type beside a strategy. Prefect's agent takes its own strategy for the stronger wish. */
export function withoutSecondCapacity(kwargs: RunTaskKwargs): RunTaskKwargs {
  const { launchType, ...rest } = kwargs;
  return launchType !== undefined && hasStrategy(kwargs) ? rest : kwargs;
}

/** An empty strategy is none. */
export function hasStrategy({ capacityProviderStrategy: strategy }: RunTaskKwargs): boolean {
  return Array.isArray(strategy) && strategy.length > 0;
}

/** `overrides` of RunTask's arguments. @throws FlowRunError */
export function readOverrides({ overrides }: RunTaskKwargs): Record<string, unknown> {
  if (overrides === undefined || overrides === null) return {};
  if (typeof overrides !== 'object' || Array.isArray(overrides)) {
    throw new FlowRunError('run_task_kwargs.overrides: expected an object');
  }
  return { ...overrides };
}

/** `containerOverrides` of RunTask's overrides. @throws FlowRunError */
export function readContainerOverrides(overrides: Record<string, unknown>): Container[] {
  return readContainers(overrides.containerOverrides, 'run_task_kwargs.overrides.containerOverrides');
}

function mergeOverrides(
  agents: Record<string, unknown>,
  runs: Record<string, unknown>,
): Record<string, unknown> {
  const merged = { ...agents, ...runs };
  if (!('containerOverrides' in agents) && !('containerOverrides' in runs)) return merged;
  const containers = readContainerOverrides(agents);
  for (const container of readContainerOverrides(runs)) {
    const same = containers.find(({ name }) => name === container.name);
    if (same === undefined) containers.push(container);
    else Object.assign(same, container);
  }
  return { ...merged, containerOverrides: containers };
}
