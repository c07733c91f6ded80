import { expect, test } from 'vitest';
import { Agent } from '../../../src/agent/agent.ts';
import { failed, type LaunchOutcome } from '../../../src/agent/launch-outcome.ts';
import type { Prefect1FlowRun } from '../../../src/prefect1/flow-run.ts';
import type { Prefect1Sandbox } from '../../../src/sandbox/prefect1/prefect1-server.ts';
import { isClaimLost, outcomeOf } from '../../fixtures/golden/outcome.ts';
import { type Vector, vectors } from '../../fixtures/golden/vector.ts';
import { impatientClock, prefect1 } from '../../support/prefect1.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';

/** Why the API sees something else than with the genuine agent. docs/differences.md has the numbers. */
const OTHERWISE: readonly (readonly [reason: string, applies: (vector: Vector) => boolean])[] = [
  ['28: only what waits to be launched is launched', ({ flow_run: row }) => !waits(row['serialized_state'])],
  ['34, 35: a claim that is refused is another’s, and nothing is said', isClaimLost],
  [
    '41: what AWS has against the deployment puts the run back in the queue',
    ({ aws }) => aws.errors !== undefined || (aws.run_task?.tasks ?? []).length === 0,
  ],
];

function waits(state: unknown): boolean {
  return ['Scheduled', 'Retrying', 'Resume', 'Paused'].includes((state as { type: string }).type);
}

const comparable = vectors.filter(
  (vector) => vector.kind === 'lifecycle' && !OTHERWISE.some(([, applies]) => applies(vector)),
);

/** Launches what the vector has AWS answer. */
class GoldenAgent extends Agent<Prefect1FlowRun> {
  vector: Vector | undefined;

  protected override async deployFlows(): Promise<LaunchOutcome[]> {
    if (this.vector === undefined) throw new Error('expected a vector');
    const { failure } = await outcomeOf(this.vector);
    if (failure !== undefined) return [failed(failure)];
    const [task] = (this.vector.aws.run_task?.tasks ?? []) as { taskArn: string }[];
    const arn = task?.taskArn ?? '';
    return [{ kind: 'started', infrastructureId: arn, info: `Task ${arn}` }];
  }
}

interface Told {
  readonly state?: { readonly type: string; readonly message?: string };
  readonly level?: string;
  readonly message?: string;
}

/** What was told of the flow run, in order: `type: message` of states, `level: text` of log lines. */
function told(inputs: readonly unknown[]): string[] {
  const lines = inputs.flatMap((input) => {
    const { states = [], logs = [] } = input as { states?: readonly Told[]; logs?: readonly Told[] };
    return [...states, ...logs];
  });
  return lines.map(({ state, level, message }) =>
    state === undefined ? `${level ?? ''}: ${message ?? ''}` : `${state.type}: ${state.message ?? ''}`,
  );
}

function inputsOf({ requests }: Prefect1Sandbox): unknown[] {
  const mutations = requests.filter(({ operation }) => /^set_|^write_/.test(operation));
  return mutations.flatMap(({ variables }) => Object.values(variables ?? {}));
}

test.each(comparable.map((vector) => [vector.id, vector.note, vector] as const))(
  'the API sees the states and log lines of %s: %s',
  async (_, __, vector) => {
    const { backend, api } = await prefect1();
    const { flow, run_config: runConfig, serialized_state: state } = vector.flow_run;
    const { id: flowId } = api.createFlow({ name: flow.name, storage: flow.storage });
    const { id } = api.createFlowRun({ flowId, state, runConfig: runConfig ?? undefined });
    const logger = new RecordingLogger();
    const agent = new GoldenAgent({ maxPolls: 1 }, { backend, logger, clock: impatientClock() });
    agent.vector = vector;
    await agent.start();
    // The task runs of the sandbox are its own, and none of them waits.
    const expected = (vector.expect.api ?? []).filter(({ op }) => op !== 'set_task_run_states');
    expect(told(inputsOf(api))).toEqual(told(expected.map(({ input }) => input)));
    const last = told(inputsOf(api)).findLast((line) => /^(Submitted|Failed):/.test(line));
    expect(api.flowRun(id)?.state).toBe(last?.split(':')[0]);
  },
);
