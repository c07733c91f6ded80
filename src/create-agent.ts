import type { ECSClientConfig } from '@aws-sdk/client-ecs';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { CallCounter } from './call-counter.ts';
import type { Clock } from './clock.ts';
import type { Launching } from './create-launching.ts';
import { CallRate } from './ecs/call-rate.ts';
import { TaskCap } from './ecs/task-cap.ts';
import { EcsAgent } from './ecs/ecs-agent.ts';
import type { Logger } from './logger.ts';
import { once } from './once.ts';
import { Prefect1Backend } from './prefect1/backend.ts';
import type { Prefect1FlowRun } from './prefect1/flow-run.ts';
import { apiKeyProvider } from './settings/api-key.ts';
import type { Settings } from './settings/settings.ts';

export interface CreateAgentDependencies {
  readonly logger: Logger;
  readonly calls: CallCounter;
  readonly clock: Clock;
  /** From 0 to 1; spreads retries. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** Sends the requests to the Prefect API. @default the global fetch */
  readonly fetch?: typeof fetch | undefined;
  /** Of the ECS client, beside its own. @default none: region and credentials are the environment's */
  readonly ecsConfig?: ECSClientConfig | undefined;
  /** Reads an API key that is in Secrets Manager. @default one for the region in the key's ARN */
  readonly secretsManager?: SecretsManagerClient | undefined;
}

/** An agent, and the parts of it that a plan needs as well. */
export interface CreatedAgent {
  readonly agent: EcsAgent<Prefect1FlowRun>;
  readonly backend: Prefect1Backend;
  /** Made at the first call. */
  readonly launching: () => Promise<Launching>;
}

/** The agent that the settings describe. Nothing is sent until it is started; a key in plain text is warned of. */
export function createAgent(settings: Settings, dependencies: CreateAgentDependencies): CreatedAgent {
  const { clock, logger } = dependencies;
  const { prefect1, agent: options } = settings;
  warnOfPlaintext(settings, logger);
  const { secretsManager } = dependencies;
  const apiKey = apiKeyProvider(prefect1.apiKey, { clock, ...(secretsManager && { secretsManager }) });
  const backend = new Prefect1Backend({ ...prefect1, ...dependencies, apiKey });
  const rate = new CallRate(clock, settings.ecs.launchRate);
  // Loaded with the first due run: half of the code, and most polls find none.
  const launching = once(async () => {
    const { createLaunching } = await import('./create-launching.ts');
    return createLaunching(settings, { ...dependencies, apiKey, rate, tenantId: () => backend.tenantId });
  });
  const launcher = async () => (await launching()).launcher;
  const tasks = async () => (await launching()).tasks;
  const { maxTasksInFlight: max } = settings.ecs;
  const count = async (wanted: number, signal: AbortSignal) => {
    const { countTasks } = await launching();
    return countTasks(wanted, signal);
  };
  const taskCap = max === undefined ? undefined : new TaskCap({ max, clock, count });
  const agent = new EcsAgent(options, { ...dependencies, backend, rate, launcher, tasks, taskCap });
  return { agent, backend, launching };
}

function warnOfPlaintext({ prefect1, ecs }: Settings, logger: Logger): void {
  if (prefect1.apiKey === undefined || !ecs.plaintextApiKey) return;
  const which =
    prefect1.apiKey.kind === 'value' ? 'All tasks get' : 'A task whose definition lacks the secret gets';
  logger.warn(
    `${which} the API key in plain text, where everyone who may describe tasks can read it. ` +
      'To end that, name a secret in PREFECT__CLOUD__API_KEY_SECRET and unset PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY.',
  );
}
