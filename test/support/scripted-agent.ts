import { Agent, type AgentOptions } from '../../src/agent/agent.ts';
import type { Claimed, FlowRun } from '../../src/agent/flow-run.ts';
import type { LaunchOutcome } from '../../src/agent/launch-outcome.ts';
import { QueueBackend } from './queue-backend.ts';
import { RecordingLogger } from './recording-logger.ts';
import { VirtualClock } from './virtual-clock.ts';

type Deploy = (run: Claimed) => LaunchOutcome | Promise<LaunchOutcome>;

export const startedAs = (id: string): LaunchOutcome => ({
  kind: 'started',
  infrastructureId: id,
  info: `Task ${id}`,
});

/** A platform that does what the test says; nothing but `deployFlows` is implemented. */
export class ScriptedAgent extends Agent {
  readonly deployed: (readonly string[])[] = [];
  readonly #deploy: Deploy;

  constructor(options: AgentOptions, dependencies: AgentParts, deploy: Deploy) {
    super(options, dependencies);
    this.#deploy = deploy;
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
  options: AgentOptions = {},
  deploy: Deploy = ({ id }) => startedAs(`task-${id}`),
): AgentParts & { readonly agent: ScriptedAgent } {
  const clock = new VirtualClock();
  const backend = new QueueBackend();
  backend.now = () => clock.now();
  const parts = { backend, logger: new RecordingLogger(), clock };
  return { ...parts, agent: new ScriptedAgent(options, parts, deploy) };
}

export function flowRun(id: string, startTimeMs = 0): FlowRun {
  return { id, name: `name-${id}`, startTimeMs };
}
