import { ListClustersCommand } from '@aws-sdk/client-ecs';
import { HttpResponse } from '@smithy/core/protocols';
import type { Logger } from '../../src/logger.ts';
import { CallCounter } from '../../src/call-counter.ts';
import { createAgent, type CreatedAgent } from '../../src/create-agent.ts';
import { systemClock } from '../../src/clock.ts';
import { createEcs, type EmbeddedEcs } from '../../src/sandbox/ecs/ecs-server.ts';
import type { Task } from '../../src/sandbox/ecs/new-task.ts';
import { createPrefect1, type EmbeddedPrefect1 } from '../../src/sandbox/prefect1/prefect1-server.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { AWS } from '../support/ecs.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { Choices } from './choices.ts';
import { Environment } from './environment.ts';
import type { FaultKind } from './fault-kinds.ts';
import { seededFaultPlan } from './fault-plan.ts';
import { flowContainers } from './flow-container.ts';
import type { Invocation } from './invocation.ts';
import type { Mutation } from './mutations.ts';
import { Network } from './network.ts';
import { Records } from './records.ts';
import { Trace } from './trace.ts';

const settings = await loadSettings({
  // Under Lambda nothing is read from the disk.
  AWS_LAMBDA_FUNCTION_NAME: 'simulation',
  PREFECT__BACKEND: 'server',
  PREFECT__CLOUD__API: 'http://prefect.test',
  PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d',
});

/**
 * What is loaded only when it is needed takes real time, which virtual time does not wait for: a story would be
 * another one in a process that has just begun.
 */
async function loadEverything(): Promise<void> {
  const body = Buffer.from(JSON.stringify({ clusterArns: [] }));
  const handle = () =>
    Promise.resolve({ response: new HttpResponse({ statusCode: 200, headers: {}, body }) });
  const silent = () => undefined;
  const { launching } = await createAgent(settings, {
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    calls: new CallCounter(),
    clock: systemClock,
    ecsConfig: { ...AWS, requestHandler: { handle } },
  });
  await (await launching()).ecsClient.send(new ListClustersCommand());
  await import('../../src/agent/recover.ts');
  await import('../../src/prefect1/claim.ts');
  await import('../../src/prefect1/settle.ts');
}

await loadEverything();

/** How long before its start time a run is launched, in milliseconds. */
export const LEAD_MS = settings.agent.leadMs;

export interface WorldOptions {
  readonly seed: number;
  readonly kinds: ReadonlySet<FaultKind>;
  readonly mutation: Mutation;
  /** How long things go wrong, in milliseconds. */
  readonly stormMs: number;
}

/** A process of the function, and the agent that it keeps warm. */
export interface Sandbox {
  readonly env: Environment;
  readonly agent: CreatedAgent['agent'];
  /** What it is at work on. */
  current: Invocation | undefined;
}

/** Everything that there is in a simulation: one clock, the APIs, and what is recorded of them. */
export class World {
  readonly clock = new VirtualClock();
  readonly trace = new Trace(this.clock);
  readonly records = new Records(this.trace);
  readonly stormEndMs: number;
  readonly api: EmbeddedPrefect1;
  readonly ecs: EmbeddedEcs;
  readonly #options: WorldOptions;

  constructor(options: WorldOptions) {
    const { clock, trace, records } = this;
    const { seed, kinds, stormMs } = options;
    this.#options = options;
    const startMs = clock.now();
    this.stormEndMs = startMs + stormMs;
    const faults = seededFaultPlan({
      ...{ kinds, trace, startMs, endMs: this.stormEndMs, now: () => clock.now() },
      choices: new Choices(seed, 'faults'),
    });
    this.api = createPrefect1({ clock, seed, faults });
    const tasks = new Choices(seed, 'tasks');
    this.ecs = createEcs({
      ...{ clock, seed, faults },
      runner: flowContainers({ clock, api: this.api, records, choices: new Choices(seed, 'flows') }),
      provisioningMs: () => tasks.between(15, kinds.has('slow-provisioning') ? 200 : 60) * 1000,
      startFailure: () =>
        kinds.has('failed-starts') && tasks.chance(0.2) ? this.#startFailure() : undefined,
    });
    this.api.onStateChange((event) => {
      records.stateChanged(event);
    });
    this.ecs.onTaskChange((task: Task) => {
      records.taskChanged(task);
    });
  }

  choices(purpose: string): Choices {
    return new Choices(this.#options.seed, purpose);
  }

  /** A cold start. */
  async coldSandbox(name: string): Promise<Sandbox> {
    const { clock, trace } = this;
    const { mutation } = this.#options;
    const env = new Environment(name, clock, trace);
    const network = new Network(env, {
      world: clock,
      choices: this.choices(`network of ${name}`),
      answer: { prefect: (message) => this.api.answer(message), ecs: (message) => this.ecs.answer(message) },
      onRequest: (exchange) => sandbox.current?.requested(exchange),
      onReply: (exchange) => sandbox.current?.answered(exchange),
      mutation,
    });
    const { agent } = await createAgent(settings, {
      logger: this.#logger(env),
      calls: new CallCounter(),
      clock: env,
      random: this.choices(`retries of ${name}`).random,
      fetch: network.fetch,
      ecsConfig: { ...AWS, requestHandler: network.requestHandler },
    });
    mutation.agent?.(agent);
    const sandbox: Sandbox = { env, agent, current: undefined };
    return sandbox;
  }

  #startFailure() {
    return this.clock.now() < this.stormEndMs
      ? ({ stopCode: 'TaskFailedToStart', stoppedReason: 'CannotPullContainerError: no route' } as const)
      : undefined;
  }

  /** Tells the trace what the agent complains of, and notes which runs it knows to be in doubt. */
  #logger(env: Environment): Logger {
    const complain = (message: string, ...fields: Record<string, unknown>[]) => {
      const { flowRunId, kind, reason, error } = Object.assign({}, ...fields) as Record<string, unknown>;
      const why = typeof reason === 'string' ? reason : error instanceof Error ? error.message : '';
      this.trace.note(env.name, `says: ${message} ${why}`);
      const isInDoubt = message.startsWith('Could not learn') || kind === 'unknown';
      if (isInDoubt && typeof flowRunId === 'string') this.records.excuse(flowRunId, message);
    };
    return { debug: () => undefined, info: () => undefined, warn: complain, error: complain };
  }
}
