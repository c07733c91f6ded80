import type { Colors } from '../cli/colors.ts';
import { createSampleRuns, LABEL, type SampleRun } from './sample-runs.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

/** Where a demonstration is shown. */
export interface DemoOutput {
  readonly write: (text: string) => void;
  readonly colors: Colors;
}

export interface SampleSandbox extends Sandbox {
  readonly samples: readonly SampleRun[];
}

/** A sandbox with sample runs for an agent of this name, whose states are told as they change. */
export async function startSampleSandbox(
  agent: string,
  { write, colors }: DemoOutput,
): Promise<SampleSandbox> {
  const sandbox = await startSandbox({ ecs: { provisioningMs: 400 } });
  const { prefect1, ecs } = sandbox;
  write(
    `${colors.bold('Sandbox:')} an embedded Prefect API (${prefect1.endpoint}) and ECS (${ecs.endpoint}).\n`,
  );
  write('Nothing leaves this machine, and no flow is executed: a stand-in reports its states.\n\n');
  const samples = createSampleRuns(prefect1);
  prefect1.onStateChange(({ flowRunId, taskRunId, from, to }) => {
    const name = prefect1.flowRun(flowRunId)?.name ?? flowRunId;
    if (taskRunId === undefined) write(`${colors.dim(`          ${name}: ${from} -> ${to.type}`)}\n`);
  });
  const functionEnv = {
    ...sandbox.functionEnv,
    PREFECT__CLOUD__AGENT__LABELS: LABEL,
    PREFECT__CLOUD__AGENT__NAME: agent,
  };
  return { ...sandbox, functionEnv, samples };
}
