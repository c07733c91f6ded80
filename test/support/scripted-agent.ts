import { Agent, type AgentOptions } from '../../src/agent/agent.ts';
import type { Claimed, FlowRun } from '../../src/agent/flow-run.ts';
import type { LaunchOutcome } from '../../src/agent/launch-outcome.ts';
import type { Preparation } from '../../src/agent/preparation.ts';
import { QueueBackend } from './queue-backend.ts';
import { RecordingLogger } from './recording-logger.ts';
import { VirtualClock } from './virtual-clock.ts';

type Deploy = (run: Claimed) => LaunchOutcome | Promise<LaunchOutcome>;

export const READY: Preparation = { kind: 'ready' };

export const startedAs = (id: string): LaunchOutcome => ({
  kind: 'started',
  infrastructureId: id,
  info: `Task ${id}`,
});

interface Script extends AgentOptions {
  readonly prepare?: (run: FlowRun) => Preparation;
  readonly launchable?: (ms: number) => number;
}

/** A platform that does what the test says. */
export class ScriptedAgent extends Agent {
  readonly deployed: (readonly string[])[] = [];
  readonly #deploy: Deploy;

  readonly #script: Script;

  constructor(script: Script, dependencies: AgentParts, deploy: Deploy) {
    super(script, dependencies);
    this.#script = script;
    this.#deploy = deploy;
  }

  protected override async prepareFlows(
    runs: readonly FlowRun[],
    signal: AbortSignal,
  ): Promise<readonly Preparation[]> {
    const { prepare } = this.#script;
    return prepare === undefined ? super.prepareFlows(runs, signal) : runs.map(prepare);
  }

  protected override launchable(ms: number): number {
    return this.#script.launchable?.(ms) ?? super.launchable(ms);
  }

  protected override async deployFlows(runs: readonly Claimed[]): Promise<LaunchOutcome[]> {
    this.deployed.push(runs.map(({ id }) => id));
    return Promise.all(runs.map(async (run) => this.#deploy(run)));
  }
}

interface AgentParts {
  readonly backend: QueueBackend;
  readonly logger: RecordingLogger;
  readonly clock: VirtualClock;
}

/** An agent on virtual time with a queue in memory. */
export function scriptedAgent(
  script: Script = {},
  deploy: Deploy = ({ id }) => startedAs(`task-${id}`),
): AgentParts & { readonly agent: ScriptedAgent } {
  const clock = new VirtualClock();
  const backend = new QueueBackend();
  backend.now = () => clock.now();
  const parts = { backend, logger: new RecordingLogger(), clock };
  return { ...parts, agent: new ScriptedAgent(script, parts, deploy) };
}

export function flowRun(id: string, startTimeMs = 0): FlowRun {
  return { id, name: `name-${id}`, startTimeMs };
}
