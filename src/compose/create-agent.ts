import type { ECSClient, ECSClientConfig } from '@aws-sdk/client-ecs';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { FlowRun } from '../agent/flow-run.ts';
import type { TaskFinder } from '../agent/launched-task.ts';
import type { PrefectBackend } from '../agent/prefect-backend.ts';
import type { CallCounter } from '../call-counter.ts';
import type { Clock } from '../clock.ts';
import { CallRate } from '../ecs/call-rate.ts';
import { TaskCap } from '../ecs/task-cap.ts';
import { EcsAgent } from '../ecs/ecs-agent.ts';
import type { EcsTasks } from '../ecs/ecs-tasks.ts';
import type { Logger } from '../logger.ts';
import { once } from '../once.ts';
import type { EcsLookUps, RunTasks } from '../tasks/run-tasks.ts';
import { apiKeyProvider } from '../settings/api-key.ts';
import { keyNames } from '../settings/key-names.ts';
import type { Settings } from '../settings/settings.ts';

export interface CreateAgentDependencies {
  readonly logger: Logger;
  readonly calls: CallCounter;
  readonly clock: Clock;
  /** From 0 to 1; spreads retries. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** Gives UUIDs that never repeat: names claims. @default random ones */
  readonly uuid?: (() => string) | undefined;
  /** Sends the requests to the Prefect API. @default the global fetch */
  readonly fetch?: typeof fetch | undefined;
  /** Of the ECS client, beside its own. @default none: region and credentials are the environment's */
  readonly ecsConfig?: ECSClientConfig | undefined;
  /** Reads an API key that is in Secrets Manager. @default one for the region in the key's ARN */
  readonly secretsManager?: SecretsManagerClient | undefined;
}

/** An agent, and the parts of it that others need as well. They understand the flow runs of its own backend alone. */
export interface CreatedAgent {
  readonly agent: Pick<EcsAgent, 'name' | 'labels' | 'leadMs' | 'limits' | 'start'>;
  readonly backend: PrefectBackend;
  /** Made at the first call. */
  readonly launching: () => Promise<LaunchingParts>;
}

/** See `Launching`. */
interface LaunchingParts {
  readonly ecsClient: ECSClient;
  readonly runTasks: RunTasks<FlowRun>;
  readonly tasks: TaskFinder<FlowRun> & Pick<EcsTasks<FlowRun>, 'stoppedRun'>;
}

/** What is different between the Prefects. */
interface Prefect<Run extends FlowRun> {
  readonly backend: PrefectBackend<Run>;
  readonly createRunTasks: () => Promise<(ecs: EcsLookUps) => RunTasks<Run>>;
}

/**
 * The agent that the settings describe, of the Prefect that they name: the code of that one alone is loaded.
 * Nothing is sent until it is started; a key in plain text is warned of.
 */
export async function createAgent(
  settings: Settings,
  dependencies: CreateAgentDependencies,
): Promise<CreatedAgent> {
  const { prefect } = settings;
  warnOfPlaintext(settings, dependencies.logger);
  return prefect.generation === 1
    ? assemble(settings, dependencies, await prefect1({ ...settings, prefect }, dependencies))
    : assemble(settings, dependencies, await prefect3({ ...settings, prefect }, dependencies));
}

type SettingsOf<Generation> = Omit<Settings, 'prefect'> & {
  readonly prefect: Settings['prefect'] & { readonly generation: Generation };
};

function keyOf({ prefect }: Settings, { clock, secretsManager }: CreateAgentDependencies) {
  return apiKeyProvider(prefect.apiKey, { clock, ...(secretsManager && { secretsManager }) });
}

async function prefect1(settings: SettingsOf<1>, dependencies: CreateAgentDependencies) {
  const { Prefect1Backend } = await import('../prefect1/backend.ts');
  const apiKey = keyOf(settings, dependencies);
  const backend = new Prefect1Backend({ ...settings.prefect, ...dependencies, apiKey });
  const { clock } = dependencies;
  const createRunTasks = async () => {
    const { Prefect1Tasks } = await import('../prefect1/run-tasks.ts');
    return (ecs: EcsLookUps) =>
      new Prefect1Tasks({ settings, apiKey, tenantId: () => backend.tenantId, clock, ecs });
  };
  return { backend, createRunTasks };
}

async function prefect3(settings: SettingsOf<3>, dependencies: CreateAgentDependencies) {
  const { Prefect3Backend } = await import('../prefect3/backend.ts');
  const apiKey = keyOf(settings, dependencies);
  const backend = new Prefect3Backend({ ...settings.prefect, ...dependencies, apiKey });
  const createRunTasks = async () => {
    const { Prefect3Tasks } = await import('../prefect3/run-tasks.ts');
    return (ecs: EcsLookUps) => new Prefect3Tasks({ settings, apiKey, backend, ecs });
  };
  return { backend, createRunTasks };
}

function assemble<Run extends FlowRun>(
  settings: Settings,
  dependencies: CreateAgentDependencies,
  { backend, createRunTasks }: Prefect<Run>,
): CreatedAgent {
  const { clock } = dependencies;
  const rate = new CallRate(clock, settings.ecs.launchRate);
  // Loaded with the first due run: half of the code, and most polls find none.
  const launching = once(async () => {
    const [{ createLaunching }, create] = await Promise.all([
      import('./create-launching.ts'),
      createRunTasks(),
    ]);
    return createLaunching<Run>(settings, { ...dependencies, rate, createRunTasks: create });
  });
  const launcher = async () => (await launching()).launcher;
  const tasks = async () => (await launching()).tasks;
  const { maxTasksInFlight: max } = settings.ecs;
  const count = async (wanted: number, signal: AbortSignal) => {
    const { countTasks } = await launching();
    return countTasks(wanted, signal);
  };
  const taskCap = max === undefined ? undefined : new TaskCap({ max, clock, count });
  const parts = { ...dependencies, backend, rate, launcher, tasks, taskCap };
  const agent = new EcsAgent<Run>(settings.agent, parts);
  return { agent, backend, launching };
}

function warnOfPlaintext({ prefect, ecs }: Settings, logger: Logger): void {
  if (prefect.apiKey === undefined || !ecs.plaintextApiKey) return;
  const which =
    prefect.apiKey.kind === 'value' ? 'All tasks get' : 'A task whose definition lacks the secret gets';
  logger.warn(
    `${which} the API key in plain text, where everyone who may describe tasks can read it. ` +
      `To end that, name a secret in ${keyNames(prefect).secret} and unset PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY.`,
  );
}
