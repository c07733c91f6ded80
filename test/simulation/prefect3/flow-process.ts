import {
  type FlowRunApi,
  flowRunSchema,
  playFlow,
  verdictSchema,
} from '../../../src/sandbox/prefect3/play-flow.ts';
import type { EmbeddedPrefect3 } from '../../../src/sandbox/prefect3/prefect3-server.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import { type Records, TERMINATED } from '../records.ts';

export interface FlowProcessOptions {
  readonly clock: VirtualClock;
  readonly api: EmbeddedPrefect3;
  readonly records: Records;
  /** What runs the process: a task's ARN, or a name of its own. */
  readonly place: string;
  /** How long the flow takes, in milliseconds. */
  readonly flowMs: number;
  readonly stop: AbortSignal;
}

/** Executes a flow run as `prefect flow-run execute` would. @returns the exit code. @throws when it is stopped */
export async function executeFlowRun(id: string, options: FlowProcessOptions): Promise<number> {
  const { clock, api, records, place, flowMs, stop } = options;
  const process = { isExecuting: false };
  let exitCode = TERMINATED;
  const flowRunApi: FlowRunApi = {
    read: () => Promise.resolve(flowRunSchema.parse(api.flowRun(id))),
    propose: (state) => {
      const answer = records.by('flow', () =>
        api.setFlowRunState(id, { message: 'So says the flow.', ...state }),
      );
      if (state.type === 'RUNNING' && answer.status !== 'WAIT') {
        process.isExecuting = answer.status === 'ACCEPT';
        records.came(id, place, process.isExecuting, clock.now());
      }
      return Promise.resolve(verdictSchema.parse(answer));
    },
  };
  try {
    exitCode = await playFlow(flowRunApi, {
      sleep: (ms) => clock.sleep(ms, stop),
      flowMs,
      write: () => undefined,
    });
  } finally {
    if (process.isExecuting) records.ended(id, exitCode);
  }
  return exitCode;
}
