import * as z from 'zod/mini';
import type { StateInput } from './state.ts';

/** How the run ends, by its parameter `outcome`. `Crashed`: the process dies and tells nobody. */
const outcome = z.catch(z.enum(['Completed', 'Failed', 'Crashed']), 'Completed');

export const flowRunSchema = z.object({
  name: z.string(),
  state_type: z.string(),
  parameters: z.object({ outcome }),
});

export const verdictSchema = z.object({
  status: z.enum(['ACCEPT', 'REJECT', 'ABORT', 'WAIT']),
  details: z.object({ delay_seconds: z.optional(z.number()), reason: z.nullish(z.string()) }),
});

/** What a flow process does with its run. */
export interface FlowRunApi {
  read(): Promise<z.infer<typeof flowRunSchema>>;
  propose(state: StateInput): Promise<z.infer<typeof verdictSchema>>;
}

export interface FlowPlay {
  readonly sleep: (ms: number) => Promise<void>;
  /** How long the flow takes, in milliseconds. */
  readonly flowMs: number;
  readonly write: (line: string) => void;
}

/**
 * Does with a flow run what `prefect flow-run execute` does, but for the flow itself: it waits until the server lets
 * the run go into Running, and tells how it ended. It runs what it is given, whether it was claimed or has ended.
 * @returns the exit code of the process
 */
export async function playFlow(api: FlowRunApi, play: FlowPlay): Promise<number> {
  play.write('This is a stand-in for Prefect: it reports states, and runs no flow.');
  const { name, state_type: before, parameters } = await api.read();
  if (before === 'CANCELLING') {
    await api.propose({ type: 'CANCELLED' });
    play.write(`Flow run '${name}' was cancelled before it began`);
    return 0;
  }
  const refusal = await begin(api, play);
  if (refusal !== undefined) {
    play.write(`Flow run '${name}' is not to be run now: ${refusal}`);
    return 0;
  }
  play.write(`Flow run '${name}' is running`);
  await play.sleep(play.flowMs);
  if (parameters.outcome === 'Crashed') return 1;
  const { state_type: last } = await api.read();
  const type = last === 'CANCELLING' ? 'CANCELLED' : parameters.outcome === 'Failed' ? 'FAILED' : 'COMPLETED';
  await api.propose({ type });
  play.write(`Flow run '${name}' ended: ${type}`);
  return 0;
}

/** @returns why the run may not begin; undefined: it has begun. */
async function begin(api: FlowRunApi, { sleep }: FlowPlay): Promise<string | undefined> {
  for (;;) {
    const { status, details } = await api.propose({ type: 'RUNNING' });
    if (status === 'ACCEPT') return undefined;
    if (status !== 'WAIT') return details.reason ?? status;
    await sleep((details.delay_seconds ?? 0) * 1000);
  }
}
