import { onTestFinished } from 'vitest';
import { CallCounter } from '../../src/call-counter.ts';
import { createAgent } from '../../src/compose/create-agent.ts';
import type { EcsOptions } from '../../src/sandbox/ecs/ecs-server.ts';
import { type Prefect1Options, startPrefect1 } from '../../src/sandbox/prefect1/prefect1-server.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { ecsForAgent } from './ecs-for-agent.ts';
import { JumpingClock } from './jumping-clock.ts';
import { RecordingLogger } from './recording-logger.ts';

interface WorldOptions {
  readonly ecs?: Partial<EcsOptions>;
  readonly prefect?: Partial<Prefect1Options>;
  readonly env?: Readonly<Record<string, string>>;
}

/** How long an invocation may take, in milliseconds. */
const BUDGET_MS = 50_000;

/** A Prefect Server and an ECS on one clock, and the agent between them. Tasks live for an hour unless told otherwise. */
export async function recoveryWorld({ ecs: ecsOptions = {}, prefect = {}, env = {} }: WorldOptions = {}) {
  const clock = new JumpingClock();
  const api = await startPrefect1({ clock, ...prefect });
  onTestFinished(() => api.close());
  const { ecs, aws } = await ecsForAgent({ clock, ...ecsOptions });
  api.createTenant();
  const variables = {
    AWS_LAMBDA_FUNCTION_NAME: 'poll',
    PREFECT__BACKEND: 'server',
    PREFECT__CLOUD__API: api.endpoint,
    PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d',
    ...env,
  };
  const settings = await loadSettings(variables);
  const logger = new RecordingLogger();
  const calls = new CallCounter();
  const created = await createAgent(settings, { logger, calls, clock });
  const { backend } = created;
  const never = new AbortController().signal;
  const flow = api.createFlow({ name: 'etl', runConfig: { type: 'ECSRun' }, storage: { type: 'Local' } });
  return {
    ...created,
    api,
    calls,
    clock,
    ecs,
    flow,
    logger,
    settings,
    /** The environment of a function of this agent. It has the system's clock. */
    functionEnv: { ...aws, ...variables },
    createRun: (runConfig: object = {}, tasks: readonly { readonly slug: string }[] = []) => {
      const { id: flowId } = tasks.length === 0 ? flow : api.createFlow({ name: 'tasks', tasks });
      return api.createFlowRun({ flowId, runConfig: { type: 'ECSRun', ...runConfig } }).id;
    },
    /** One invocation. */
    start: (budgetMs = BUDGET_MS) => created.agent.start({ deadlineMs: clock.now() + budgetMs }),
    /** What an invocation leaves behind that ends after the claim. */
    claimOnly: async (agent = 'agent') => {
      const query = { labels: [], beforeMs: clock.now() + 1000, except: new Set<string>() };
      const { runs } = await backend.look(query, never);
      return backend.claim(runs, { agent, invocation: 'dead' }, never);
    },
    stateOf: (id: string) => api.flowRun(id)?.state,
    tokens: () =>
      ecs.requests
        .filter(({ operation }) => operation === 'RunTask')
        .map(({ input }) => (input as { clientToken?: string }).clientToken),
  };
}
